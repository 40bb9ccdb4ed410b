import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '#libs/testing';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe('a blocking query', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    await register('web', 8080);
  });
  afterAll(() => api.stop());

  async function register(name: string, port: number, more: object = {}): Promise<void> {
    const body = JSON.stringify({ Name: name, Port: port, ...more });
    await fetch(`${api.url}/v1/agent/service/register`, { method: 'PUT', body });
  }

  async function get(path: string, signal?: AbortSignal) {
    const response = await fetch(api.url + path, { ...(signal && { signal }) });
    return {
      index: Number(response.headers.get('x-consul-index')),
      json: await response.json(),
      headers: response.headers,
    };
  }

  function someoneWaits(): Promise<unknown> {
    return eventually('the query to wait', 5_000, async () => api.watches.size > 0);
  }

  it('answers at once without an index, with an old one, and with 0', async () => {
    const { index } = await get('/v1/health/service/web?wait=10m');
    expect(index).toBeGreaterThan(0);
    expect((await get(`/v1/health/service/web?wait=10m&index=${index - 1}`)).index).toBe(index);
    expect((await get('/v1/health/service/web?wait=10m&index=0')).index).toBe(index);
  });

  it.each([
    '/v1/health/service/web',
    '/v1/catalog/service/web',
    '/v1/health/node/node1',
    '/v1/health/state/any',
    '/v1/catalog/services',
  ])('on %s is woken by a change, with a higher index', async (path) => {
    const { index } = await get(path);
    const pending = get(`${path}?wait=10m&index=${index}`);
    await someoneWaits();
    await register('web', 8080, { Tags: [`t${index}`] });
    expect((await pending).index).toBeGreaterThan(index);
  });

  it('is not woken by another service, nor by registering the same again', async () => {
    const { index } = await get('/v1/health/service/web');
    const began = performance.now();
    const pending = get(`/v1/health/service/web?wait=300ms&index=${index}`);
    await register('other', 1);
    const { json } = await get('/v1/catalog/service/web');
    await register('web', 8080, { Tags: (json as { ServiceTags: string[] }[])[0]!.ServiceTags });
    expect((await pending).index).toBe(index);
    expect(performance.now() - began).toBeGreaterThanOrEqual(295);
  });

  it('waits for a service that does not exist yet', async () => {
    const { index } = await get('/v1/health/service/later');
    const pending = get(`/v1/health/service/later?wait=10m&index=${index}`);
    await someoneWaits();
    await register('later', 1);
    expect((await pending).json).toHaveLength(1);
  });

  it('frees its place when the client hangs up', async () => {
    const { index } = await get('/v1/health/service/web');
    const client = new AbortController();
    const pending = get(`/v1/health/service/web?wait=10m&index=${index}`, client.signal);
    await eventually('the query to wait', 5_000, async () => api.watches.size === 1);
    client.abort();
    await expect(pending).rejects.toThrow('aborted');
    await eventually('the place to be free', 5_000, async () => api.watches.size === 0);
  });

  it('is answered with one serialisation for all that wait for the same', async () => {
    const { index } = await get('/v1/health/service/web');
    const paths = ['?wait=10m', '?wait=9m&token=a', '?token=b&wait=8m'].map(
      (query) => `/v1/health/service/web${query}&index=${index}`,
    );
    const pending = [...paths, `/v1/health/service/web?wait=10m&pretty&index=${index}`].map((path) => get(path));
    await eventually('all to wait', 5_000, () => api.watches.size === 4);
    const stringify = vi.spyOn(JSON, 'stringify');
    await api.registry.commit((draft) => draft.putInstance({ ...draft.instance('node1', 'web')!, port: index }));
    await eventually('nobody to wait', 5_000, () => api.watches.size === 0);
    expect((await Promise.all(pending)).every((answer) => answer.index > index)).toBe(true);
    const made = stringify.mock.calls.filter(([value]) => value?.[0]?.Service !== undefined).length;
    stringify.mockRestore();
    // One, and one that is indented.
    expect(made).toBe(2);
  });

  it('serves agent_service by hash', async () => {
    const { json, headers } = await get('/v1/agent/service/web');
    const hash = (json as { ContentHash: string }).ContentHash;
    expect(headers.get('x-consul-contenthash')).toBe(hash);
    const pending = get(`/v1/agent/service/web?wait=10m&hash=${hash}`);
    await someoneWaits();
    await register('web', 9090);
    expect((await pending).json).toMatchObject({ Port: 9090 });
  });

  it('by hash says so when the service goes', async () => {
    await register('gone', 1);
    const { json } = await get('/v1/agent/service/gone');
    const pending = fetch(
      `${api.url}/v1/agent/service/gone?wait=10m&hash=${(json as { ContentHash: string }).ContentHash}`,
    );
    await someoneWaits();
    await register('another', 1);
    await fetch(`${api.url}/v1/agent/service/deregister/gone`, { method: 'PUT' });
    const answer = await pending;
    expect([answer.status, await answer.text()]).toEqual([404, 'unknown service ID: gone']);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('by hash gives up in time', async () => {
    const { json, headers } = await get('/v1/agent/service/web');
    const hash = headers.get('x-consul-contenthash');
    expect((await get(`/v1/agent/service/web?wait=20ms&hash=${hash}`)).json).toEqual(json);
  });
});

describe('a stop', () => {
  it('answers who waits at once, and closes the connection', async () => {
    const api = await startConsulApi();
    const { headers } = await fetch(`${api.url}/v1/catalog/services`);
    const socket = connect(api.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `GET /v1/catalog/services?wait=10m&index=${headers.get('x-consul-index')} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await eventually('the query to wait', 5_000, () => api.watches.size === 1);
    await api.stop();
    await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n/i);
    expect(answer).toContain('{"consul":[]}');
  });
});
