import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';
import { cleanPath, isUnprintable } from './paths.js';

describe('cleanPath', () => {
  it.each([
    ['/', '/'],
    ['//', '/'],
    ['/v1//catalog/./services', '/v1/catalog/services'],
    ['/v1/../v1/catalog', '/v1/catalog'],
    ['/../../etc', '/etc'],
    ['/v1/catalog/service/', '/v1/catalog/service/'],
    ['/v1/catalog/service/.', '/v1/catalog/service'],
    ['/a/b/..', '/a'],
    ['/a/..b/.c/d..', '/a/..b/.c/d..'],
    ['/a/%2e%2e/%2F/b', '/a/%2e%2e/%2F/b'],
  ])('makes %s %s', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });
});

describe('isUnprintable', () => {
  it.each(['/a%00', '/%0A', '/a%7F', '/%C2%A0', '/%E2%80%8B'])('is true of %s', (path) => {
    expect(isUnprintable(path)).toBe(true);
  });

  it.each(['/v1/kv/a', '/a%20b', '/%C3%A4%2F%E2%82%AC', '/%F0%9F%98%80', '/%zz'])('is false of %s', (path) => {
    expect(isUnprintable(path)).toBe(false);
  });
});

describe('an odd path', () => {
  let api: ConsulApi;
  beforeAll(async () => void (api = await startConsulApi()));
  afterAll(() => api.stop());

  /** As it is: `fetch` would tidy the path. */
  function ask(path: string, method = 'GET'): Promise<{ status?: number; location?: string; text: string }> {
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: api.port, path, method }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode!, location: response.headers.location!, text }));
      })
        .on('error', reject)
        .end();
    });
  }

  it.each([
    ['//v1/catalog/services?a=b', '/v1/catalog/services?a=b'],
    ['/v1/agent/../catalog/services', '/v1/catalog/services'],
    ['/v1/catalog/service//web', '/v1/catalog/service/web'],
    ['//evil.example/%2e%2e', '/evil.example/%2e%2e'],
    // Go's mux knows the path with a slash at its end alone.
    ['/v1/catalog/service?tag=a', '/v1/catalog/service/?tag=a'],
    ['/v1/health/state', '/v1/health/state/'],
  ])('%s leads to %s', async (path, location) => {
    expect(await ask(path)).toMatchObject({ status: 301, location });
  });

  it('changes nothing by a write to it', async () => {
    const revision = api.registry.catalog.revision;
    expect(await ask('/v1/agent/maintenance/../maintenance?enable=true', 'PUT')).toMatchObject({ status: 301 });
    expect(api.registry.catalog.revision).toBe(revision);
  });

  it.each(['/v1/catalog/service/%00', '/v1/catalog/service/a%0Ab', '/%00'])('%s is 400', async (path) => {
    expect(await ask(path)).toMatchObject({
      status: 400,
      text: 'Invalid URL path: it holds a character that cannot be printed',
    });
  });

  it.each(['/v1/catalog/%2e%2e/services', '/v1/catalog/services/', '/V1/catalog/services'])(
    '%s is 404',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 404 });
    },
  );

  it('takes the absolute form of a target', async () => {
    expect(await ask(`http://127.0.0.1:${api.port}/v1/catalog/datacenters`)).toMatchObject({ text: '["dc1"]' });
  });
});
