import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';
import { isWellFormed } from './query.js';

describe('isWellFormed', () => {
  it.each(['', 'a', 'a=', '=b', '&&', 'a=%41%2f&b=+', 'a=%ff', 'a=b=c', 'ä=ö', 'a=?'])('takes %j', (search) => {
    expect(isWellFormed(search)).toBe(true);
  });

  it.each(['%', '%4', 'a=%zz', 'a=%4g', '%%41', 'a;b', 'a=1;b=2', 'a=1&b=%'])('refuses %j', (search) => {
    expect(isWellFormed(search)).toBe(false);
  });

  it('takes whatever a client encodes', () => {
    const word = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 4 }), (pairs) => {
        expect(isWellFormed(new URLSearchParams(pairs).toString())).toBe(true);
      }),
    );
  });
});

describe('the parameters of a read', () => {
  let api: ConsulApi;
  beforeAll(async () => void (api = await startConsulApi()));
  afterAll(() => api.stop());

  async function ask(query: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${api.url}/v1/catalog/services?${query}`, { headers });
    return { status: response.status, text: await response.text() };
  }

  it.each([
    ['index=18446744073709551616', 'Invalid index'],
    ['index=-1', 'Invalid index'],
    ['index=1.5', 'Invalid index'],
    ['wait=10', 'Invalid wait time'],
    ['max_stale=soon', 'Invalid max_stale value "soon"'],
    // The first in Consul's order is told.
    ['dc=elsewhere&index=x&wait=x', 'Invalid wait time'],
    ['dc=elsewhere&index=x', 'Invalid index'],
    ['index=x&stale&consistent', 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
    ['dc=elsewhere&ns=x', 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature'],
  ])('%s is 400', async (query, text) => {
    expect(await ask(query)).toEqual({ status: 400, text });
  });

  it.each(['index=18446744073709551615&wait=1ms', 'index=&wait=&max_stale=', 'wait=55000ms', 'wait=-1s', 'dc=DC1'])(
    '%s is fine',
    async (query) => {
      expect(await ask(query)).toMatchObject({ status: 200 });
    },
  );

  it('?cached tells whether the answer was there already', async () => {
    const caches = [];
    for (const query of ['cached', 'cached', '']) {
      const { headers } = await fetch(`${api.url}/v1/health/service/x?${query}`);
      caches.push([headers.get('x-cache'), headers.get('age')]);
    }
    expect(caches).toEqual([
      ['MISS', '0'],
      ['HIT', '0'],
      [null, null],
    ]);
  });

  it.each(['max-age=soon', 'no-cache, max-age=', 'Stale-If-Error=1.5'])('Cache-Control: %s is 400', async (value) => {
    expect(await ask('cached', { 'cache-control': value })).toEqual({
      status: 400,
      text: 'Invalid Cache-Control header.',
    });
  });

  it.each(['max-age=0', 'no-cache', 'must-revalidate, max-age=3600, stale-if-error=60'])(
    'Cache-Control: %s is fine',
    async (value) => {
      expect(await ask('', { 'cache-control': value })).toMatchObject({ status: 200 });
    },
  );
});

describe('a malformed query string', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
  });
  afterAll(() => api.stop());

  async function ask(path: string, init?: RequestInit) {
    const response = await fetch(api.url + path, init);
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  }

  it.each([
    ['GET', '/v1/catalog/services?filter=%zz'],
    ['GET', '/v1/agent/service/web?a;b'],
    // Before the method counts, and before access-control lists do.
    ['POST', '/v1/catalog/services?%'],
    ['GET', '/v1/acl/tokens?%'],
  ])('%s %s is 500, without a word', async (method, path) => {
    expect(await ask(path, { method })).toEqual({ status: 500, text: '', type: null });
  });

  it('changes nothing', async () => {
    const body = '{"Name":"a"}';
    expect((await ask('/v1/agent/service/register?x=%', { method: 'PUT', body })).status).toBe(500);
    expect((await ask('/v1/agent/services')).text).toBe('{}');
  });

  it('does not count outside the API', async () => {
    expect((await ask('/?%')).status).toBe(200);
    expect((await ask('/v1/nothing?%')).status).toBe(404);
  });
});
