import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe("the registry's own node", () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
  });
  afterAll(() => api.stop());

  async function put(path: string, body?: unknown) {
    const response = await fetch(api.url + path, { method: 'PUT', body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  }

  it('can be used after somebody deregistered it', async () => {
    expect(await put('/v1/agent/service/register', { Name: 'old' })).toMatchObject({ status: 200 });
    expect(await put('/v1/catalog/deregister', { Node: 'node1' })).toEqual({ status: 200, text: 'true' });
    expect(api.registry.catalog.instance('node1', 'old')).toBeUndefined();
    expect(await put('/v1/agent/service/register', { Name: 'web' })).toMatchObject({ status: 200 });
    expect(await put('/v1/agent/check/register', { Name: 'c', TTL: '10s' })).toMatchObject({ status: 200 });
    expect(await put('/v1/agent/maintenance?enable=true')).toMatchObject({ status: 200 });
    expect(api.registry.catalog.service('consul')?.instances).toHaveLength(1);
  });

  it.each([
    ['/v1/agent/service/register', { Name: 'web', ID: 'consul' }, 'service ID "consul"'],
    ['/v1/agent/service/register', { Name: 'consul' }, 'service ID "consul"'],
    ['/v1/agent/service/register', { Name: 'a', Check: { CheckID: 'serfHealth', TTL: '1s' } }, 'check ID "serfHealth"'],
    ['/v1/agent/check/register', { Name: 'serfHealth', TTL: '1s' }, 'check ID "serfHealth"'],
    ['/v1/agent/check/register', { Name: 'x', ID: 'serfHealth', TTL: '1s' }, 'check ID "serfHealth"'],
    ['/v1/agent/check/register', { Name: 'x', ServiceID: 'consul', TTL: '1s' }, 'service ID "consul"'],
    ['/v1/agent/service/maintenance/consul?enable=true', undefined, 'service ID "consul"'],
  ])('PUT %s %j: the id is reserved', async (path, body, what) => {
    const before = api.registry.catalog.revision;
    expect(await put(path, body)).toEqual({ status: 400, text: `Invalid ${what}: it is reserved for internal use` });
    expect(api.registry.catalog.revision).toBe(before);
  });

  it('may run further instances of the service consul', async () => {
    expect(await put('/v1/agent/service/register', { Name: 'consul', ID: 'consul-2' })).toMatchObject({ status: 200 });
  });
});
