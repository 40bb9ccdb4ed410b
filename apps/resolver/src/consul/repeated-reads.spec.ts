// What is answered in front of Fastify is what Fastify would answer, to the octet. A request that announces a body of no octets goes the long way.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawHttp } from '#libs/testing';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';
import type { AccessOptions } from './access/access.js';
import type { QuotaOptions } from './limits/quota.js';
import type { ConsulServerOptions } from './server.js';

const THE_LONG_WAY = 'content-length: 0';

/** @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks */
const HANDLED = 'tracing:fastify.request.handler:start';

let handled = 0;
const count = () => void handled++;
beforeAll(() => subscribe(HANDLED, count));
afterAll(() => unsubscribe(HANDLED, count));

const TOKENS: AccessOptions = {
  publicReads: false,
  tokens: { find: (token) => (token === 'known' ? { role: 'write', accessor: 'a' } : undefined) },
};

async function register({ url }: ConsulApi, id: string, port = 80): Promise<void> {
  const body = JSON.stringify({ Name: 'web', ID: id, Port: port, Tags: [id] });
  const answer = await fetch(`${url}/v1/agent/service/register?token=known`, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`registering: ${answer.status}`);
}

const WEB = '/v1/health/service/web';
const PATHS = [
  ...[
    '',
    '?passing',
    '?passing=0',
    '?passing=x',
    '?cached',
    '?stale',
    '?consistent',
    '?pretty',
    '?tag=a',
    '?near=node1',
    '?dc=other',
  ],
  ...[
    '?index=1',
    '?index=x',
    '?wait=1s',
    '?token=known',
    '?token=x',
    '?filter=Service.Port==80',
    '?filter=(',
    '?a;b',
    '?a%zz',
    '?ns=x',
  ],
]
  .map((query) => `${WEB}${query}`)
  .concat(
    ...[
      '/v1/catalog/services',
      '/v1/catalog/nodes?x=1',
      '/v1/health/service/none',
      '/v1/health/node/node1',
      '/v1/catalog/node/none',
    ],
    ...[
      '/v1/health/state/any',
      '/v1/health/service/',
      '/v1/agent/services',
      '//v1/catalog/nodes',
      '/v1/none',
      `${WEB}#x`,
    ],
  );

const requests = fc.record({
  path: fc.constantFrom(...PATHS),
  coding: fc.option(fc.constantFrom('gzip', 'gzip;q=0', 'br, gzip', 'identity')),
  id: fc.option(fc.constantFrom('abc-1', 'not well formed')),
  more: fc.option(
    fc.constantFrom(
      'cache-control: no-cache',
      'cache-control: max-age=x',
      'x-consul-namespace: a',
      'x-consul-token: known',
      'x-consul-token: x',
    ),
  ),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
});

type Variant = readonly [string, Partial<ConsulServerOptions>, number];

describe.each<Variant>([
  ['an open API', {}, 20],
  ['an API with headers of its own', { responseHeaders: { 'X-Own': '1', 'x-consul-default-acl-policy': 'own' } }, 20],
  ['an API that is blocked in part', { endpoints: { blockEndpoints: ['/v1/health'] } }, 3],
  ['an API with tokens', { access: TOKENS }, 0],
])('in front of %s', (_, options, atLeast) => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi(undefined, options);
    for (const id of ['a', 'b', 'c', 'd']) await register(api, id);
  });
  afterAll(() => api.stop());

  it('the answers are those of Fastify', async () => {
    let inFront = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 6 }), async (asked) => {
        const lines = asked.map(({ path, coding, id, more, method }) => [
          `${method} ${path} HTTP/1.1`,
          ...[coding && `accept-encoding: ${coding}`, id && `x-request-id: ${id}`, more].filter(
            (line) => typeof line === 'string',
          ),
        ]);
        const plain = lines.map((one) => RawHttp.request(...one));
        const long = lines.map((one) => RawHttp.request(...one, THE_LONG_WAY));
        const connection = await RawHttp.connect(api.url);
        for (const one of [...long, ...long]) await connection.ask(one);
        const before = handled;
        const expected = await connection.ask(...long);
        const between = handled;
        expect(await connection.ask(...plain)).toEqual(expected);
        inFront += between - before - (handled - between);
        expect(await connection.ask(...plain.map((one, n) => (n % 2 ? one : long[n]!)))).toEqual(expected);
        expect(expected).toHaveLength(asked.length);
        connection.close();
      }),
      { numRuns: 100 },
    );
    if (atLeast === 0) expect(inFront).toBe(0);
    else expect(inFront).toBeGreaterThanOrEqual(atLeast);
  });
});

describe('an answer in front', () => {
  const plain = RawHttp.request(`GET ${WEB}?passing HTTP/1.1`);

  /** Asks until the answer is one that is repeated. */
  async function warm(connection: RawHttp): Promise<string | undefined> {
    for (let n = 0; n < 2; n++) await connection.ask(plain);
    const before = handled;
    const [answer] = await connection.ask(plain);
    expect(handled).toBe(before);
    return answer;
  }

  it('is gone with the next change', async () => {
    const api = await startConsulApi();
    const connection = await RawHttp.connect(api.url);
    await register(api, 'a', 81);
    expect(await warm(connection)).toContain('"Port":81');
    await register(api, 'a', 82);
    const [changed] = await connection.ask(plain);
    expect(changed).toContain('"Port":82');
    expect(await warm(connection)).toBe(changed);
    connection.close();
    await api.stop();
  });

  it('is not for a connection too many', async () => {
    const connections: QuotaOptions = { perClient: 1, total: Infinity, unlimited: () => false };
    const api = await startConsulApi(undefined, { connections });
    const connection = await RawHttp.connect(api.url);
    await warm(connection);
    const another = await RawHttp.connect(api.url);
    expect((await another.ask(plain))[0]).toMatch(/^HTTP\/1\.1 429 /);
    connection.close();
    await api.stop();
  });
});
