import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe("the agent's view", () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    await put('/v1/agent/service/register', { Name: 'web', Check: { TTL: '1h', Status: 'passing' } });
    await put('/v1/agent/check/register', { Name: 'disk', TTL: '1h', Status: 'warning' });
  });
  afterAll(() => api.stop());

  async function put(path: string, body?: object) {
    const response = await fetch(api.url + path, { method: 'PUT', ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, text: await response.text() };
  }

  async function ask(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(api.url + path, { headers });
    const text = await response.text();
    return {
      status: response.status,
      text,
      reason: response.headers.get('x-consul-reason'),
      headers: response.headers,
    };
  }

  describe('of health', () => {
    const byId = '/v1/agent/health/service/id';
    const byName = '/v1/agent/health/service/name';

    it('counts and lists the checks of the node as a whole, but not the one of the registry itself', async () => {
      const { status, text, reason } = await ask(`${byId}/web`);
      expect({ status, reason }).toEqual({ status: 429, reason: 'warning' });
      expect(JSON.parse(text)).toMatchObject({
        AggregatedStatus: 'warning',
        Checks: [{ CheckID: 'disk' }, { CheckID: 'service:web' }],
      });
    });

    it.each([
      [`${byId}/nobody`, 'ServiceId nobody not found'],
      [`${byName}/nobody`, 'ServiceName nobody Not Found'],
    ])('says of %s why it is 404', async (path, text) => {
      expect(await ask(path)).toMatchObject({ status: 404, reason: text });
      expect(await ask(`${path}?format=text`)).toMatchObject({ status: 404, text, reason: text });
    });

    it('takes any id into the header', async () => {
      const { status, reason } = await ask(`${byId}/${encodeURIComponent('ä€')}`);
      expect(status).toBe(404);
      expect(Buffer.from(reason!, 'latin1').toString('utf8')).toBe('ServiceId ä€ not found');
    });

    it.each([
      ['', {}, 'json'],
      ['?format=json', {}, 'json'],
      ['?format=yaml', {}, 'json'],
      ['?format=text', {}, 'text'],
      ['', { accept: 'text/plain' }, 'text'],
      ['?format=json', { accept: 'text/plain; q=1' }, 'text'],
      ['', { accept: 'application/json, text/plain' }, 'json'],
    ])('%s with %j is %s', async (query, headers, format) => {
      const { text } = await ask(`${byId}/web${query}`, headers as Record<string, string>);
      expect(text.startsWith('{') ? 'json' : text === 'warning' ? 'text' : text).toBe(format);
    });

    it.each([
      [`${byId}/`, 'Missing serviceID'],
      [`${byName}/`, 'Missing service Name'],
    ])('%s is 400', async (path, text) => {
      expect(await ask(path)).toMatchObject({ status: 400, text });
    });
  });

  it.each([
    [
      '/v1/agent/service/deregister/',
      'Unknown service ID "". Ensure that the service ID is passed, not the service name.',
    ],
    ['/v1/agent/check/deregister/', 'Unknown check ID "". Ensure that the check ID is passed, not the check name.'],
    ['/v1/agent/check/pass/', 'Unknown check ID "". Ensure that the check ID is passed, not the check name.'],
  ])('PUT %s is 404', async (path, text) => {
    expect(await put(path)).toEqual({ status: 404, text });
  });

  it('of maintenance keeps the reason that was given first', async () => {
    const notes = () => api.registry.catalog.check('node1', '_service_maintenance:web')?.check.notes;
    await put('/v1/agent/service/maintenance/web?enable=true&reason=first');
    const { revision } = api.registry.catalog;
    await put('/v1/agent/service/maintenance/web?enable=true&reason=second');
    expect([notes(), api.registry.catalog.revision]).toEqual(['first', revision]);
    await put('/v1/agent/service/maintenance/web?enable=false');
    await put('/v1/agent/service/maintenance/web?enable=false');
    expect(notes()).toBeUndefined();
    expect(await put('/v1/agent/service/maintenance/web?enable=')).toEqual({
      status: 400,
      text: 'Invalid value for enable: ""',
    });
  });

  it('has no service without an id', async () => {
    expect(await ask('/v1/agent/service/')).toMatchObject({ status: 404, text: 'unknown service ID: ' });
  });

  it.each(['/v1/agent/services', '/v1/agent/checks'])('in %s knows no index and no datacenter', async (path) => {
    expect(await ask(`${path}?index=abc&wait=1&dc=elsewhere&stale&consistent`)).toMatchObject({ status: 200 });
    expect(await ask(`${path}?filter=Nope==1`)).toMatchObject({ status: 500 });
    expect(await ask(`${path}?ns=x`)).toMatchObject({ status: 400 });
  });

  it.each(['wait=1', 'index=abc'])('of one service refuses ?%s', async (query) => {
    expect(await ask(`/v1/agent/service/web?${query}`)).toMatchObject({ status: 400 });
  });

  it.each([
    ['/v1/agent/service/register', { Name: 'x' }],
    ['/v1/agent/check/register', { Name: 'x', TTL: '1s' }],
    ['/v1/agent/service/deregister/web', undefined],
    ['/v1/agent/check/fail/service:web', undefined],
  ])('of PUT %s knows no namespaces', async (path, body) => {
    expect(await put(`${path}?ns=x`, body)).toEqual({
      status: 400,
      text: 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature',
    });
    const headers = { 'X-Consul-Partition': 'p' };
    const response = await fetch(api.url + path, { method: 'PUT', headers, body: JSON.stringify(body ?? {}) });
    expect(await response.text()).toBe(
      'Invalid header: "X-Consul-Partition" - Partitions are a Consul Enterprise feature',
    );
    expect(api.registry.catalog.instance('node1', 'x')).toBeUndefined();
  });

  it('replaces checks for a bare parameter or the word true', async () => {
    for (const [query, left] of [
      ['=1', 2],
      ['=true', 1],
    ] as const) {
      await put('/v1/agent/service/register', { Name: 'r', Checks: [{ TTL: '1h' }, { TTL: '1h' }] });
      await put(`/v1/agent/service/register?replace-existing-checks${query}`, {
        Name: 'r',
        Checks: [{ CheckID: 'service:r:1', TTL: '1h' }],
      });
      expect(api.registry.catalog.instance('node1', 'r')!.ownChecks).toHaveLength(left);
    }
  });

  describe('of members', () => {
    it.each([
      ['', [{ Name: 'node1', Port: 8301, Status: 1 }]],
      ['?segment=x', [{ Name: 'node1' }]],
      ['?wan=1', [{ Name: 'node1.dc1', Port: 8302 }]],
      ['?wan=1&segment=_all', [{ Name: 'node1.dc1' }]],
      ['?filter=Name==node1 and Tags.dc==dc1', [{ Name: 'node1' }]],
      ['?filter=Status!=1', []],
    ])('%s', async (query, members) => {
      expect(JSON.parse((await ask(`/v1/agent/members${query}`)).text)).toMatchObject(members);
    });

    it('has no segments in the wide-area network', async () => {
      expect(await ask('/v1/agent/members?wan=1&segment=x')).toMatchObject({
        status: 400,
        text: 'Cannot provide a segment with wan=true',
      });
    });
  });

  it('is compressed when it is long', async () => {
    const body = { Name: 'long', Tags: Array.from({ length: 200 }, (_, i) => `tag-${i}`) };
    await put('/v1/agent/service/register', body);
    const { headers, text } = await ask('/v1/agent/services', { 'accept-encoding': 'gzip' });
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('vary')).toBe('Accept-Encoding');
    expect(JSON.parse(text)).toMatchObject({ long: { Tags: body.Tags } });
  });
});
