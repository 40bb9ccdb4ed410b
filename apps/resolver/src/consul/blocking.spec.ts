import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('serves agent_service by hash', async () => {
    const { json, headers } = await get('/v1/agent/service/web');
    const hash = (json as { ContentHash: string }).ContentHash;
    expect(headers.get('x-consul-contenthash')).toBe(hash);
    const pending = get(`/v1/agent/service/web?wait=10m&hash=${hash}`);
    await someoneWaits();
    await register('web', 9090);
    expect((await pending).json).toMatchObject({ Port: 9090 });
  });
});
