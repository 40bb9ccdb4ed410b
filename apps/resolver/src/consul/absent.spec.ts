import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe('what is not in this registry', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    const body = JSON.stringify({ Name: 'web', Port: 8080 });
    await fetch(`${api.url}/v1/agent/service/register`, { method: 'PUT', body });
  });
  afterAll(() => api.stop());

  async function ask(path: string, method = 'GET') {
    const response = await fetch(api.url + path, { method });
    const { status, headers } = response;
    return { status, text: await response.text(), type: headers.get('content-type'), headers };
  }

  const mesh = ['/v1/catalog/connect/', '/v1/health/connect/', '/v1/health/ingress/'];

  it.each([...mesh.map((path) => `${path}web`), '/v1/coordinate/nodes'])(
    'GET %s is an empty list, with the headers of a read',
    async (path) => {
      const { status, text, headers } = await ask(path);
      expect({ status, text }).toEqual({ status: 200, text: '[]' });
      expect(Number(headers.get('x-consul-index'))).toBeGreaterThan(0);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/json',
        'x-consul-knownleader': 'true',
        'x-consul-lastcontact': '0',
        'x-consul-effective-consistency': 'leader',
      });
    },
  );

  it.each(mesh)('GET %s tells what is wrong', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, text: 'Missing service name' });
    expect(await ask(`${path}web?stale&consistent`)).toMatchObject({ status: 400 });
    const { status, text } = await ask(`${path}web?filter=Foo%20==%201`);
    expect(status).toBe(500);
    expect(text).toMatch(/^Failed to create boolean expression evaluator: /);
  });

  it('reads ?passing in a mesh as elsewhere', async () => {
    expect(await ask('/v1/health/connect/web?passing=1')).toMatchObject({ status: 200, text: '[]' });
    expect(await ask('/v1/health/ingress/web?passing=maybe')).toMatchObject({
      status: 400,
      text: 'Invalid value for ?passing',
    });
  });

  it.each([
    ['GET', '/v1/acl/token/self'],
    ['GET', '/v1/acl/policies?dc=elsewhere'],
    ['PUT', '/v1/acl/bootstrap'],
    ['POST', '/v1/acl/login'],
    ['DELETE', '/v1/acl/role/4a7b'],
  ])('%s %s: no access-control lists', async (method, path) => {
    const answer = await ask(path, method);
    expect(answer).toMatchObject({ status: 401, text: 'ACL support disabled', type: 'text/plain; charset=utf-8' });
  });

  it('knows its datacenter and no coordinate in it', async () => {
    expect(JSON.parse((await ask('/v1/coordinate/datacenters')).text)).toEqual([
      { Datacenter: 'dc1', AreaID: 'wan', Coordinates: [] },
    ]);
    expect(await ask('/v1/coordinate/nodes?dc=elsewhere')).toMatchObject({ status: 500 });
    expect(await ask('/v1/coordinate/nodes', 'PUT')).toMatchObject({ status: 405 });
  });

  it('says at / that it has no UI', async () => {
    const answer = await ask('/');
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toMatch(/^Consul Agent: UI disabled\./);
  });

  it.each([
    ['/v1/nothing', 'Invalid URL path: not a recognized HTTP API endpoint\n'],
    ['/ui/v1/x', 'Invalid URL path: not a recognized HTTP API endpoint\n'],
    ['/ui/?from=/v1/', "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n"],
  ])('%s is 404', async (path, text) => {
    expect(await ask(path)).toMatchObject({ status: 404, text, type: 'text/plain; charset=utf-8' });
  });
});
