import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { startEdge, type Edge } from '../test/edge.module.js';
import { limitRates, type RatePolicy, type RateRefusals } from './rate-limits.js';
import { LocalRates, type RateStore } from './rate-store.js';

let edge: Edge;
afterEach(() => edge.stop());

async function start(...args: Parameters<typeof startEdge>): Promise<string> {
  edge = await startEdge(...args);
  return edge.url;
}

describe('limitRates', () => {
  const policy: RatePolicy = { name: 'read', rate: { limit: 2, window: 10_000 } };
  const told = ({ status, headers }: Response) => [
    status,
    ...['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) => headers.get(name)),
  ];

  let refusals: RateRefusals;

  async function startLimited(store: RateStore): Promise<string> {
    return start((fastify) => {
      ({ refusals } = limitRates(fastify, store, ({ headers }) => {
        const who = headers['x-who'];
        return who === undefined ? undefined : { policy, payer: String(who) };
      }));
    });
  }

  it('tells how much is left, refuses one too many, and lets the next through when it has said so', async () => {
    const clock = new FakeClock();
    const url = await startLimited(new LocalRates(clock));
    const ask = (who: string, init = {}) => fetch(`${url}/notes`, { ...init, headers: { 'x-who': who } });
    expect(told(await ask('ann'))).toEqual([200, '"read";r=1;t=5', '"read";q=2;w=10', null]);
    expect(told(await ask('ann'))).toEqual([200, '"read";r=0;t=10', '"read";q=2;w=10', null]);
    const refused = await ask('ann', { method: 'POST' });
    expect(told(refused)).toEqual([429, '"read";r=0;t=5', '"read";q=2;w=10', '5']);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await refused.json()).toMatchObject({
      type: 'urn:signpost:problem:too-many-requests',
      detail: 'at most 2 in 10 s',
    });
    expect((await ask('bob')).status).toBe(200);
    await clock.advance(5_000);
    expect((await ask('ann')).status).toBe(200);
    expect((await ask('ann')).status).toBe(429);
    expect([...refusals]).toEqual([['read', 2]]);
  });

  it('counts what does not exist as well, and nothing that is not charged', async () => {
    const url = await startLimited(new LocalRates(new FakeClock()));
    const statuses = [];
    for (let n = 0; n < 3; n += 1) {
      statuses.push((await fetch(`${url}/none`, { headers: { 'x-who': 'ann' } })).status);
    }
    expect(statuses).toEqual([404, 404, 429]);
    expect(told(await fetch(`${url}/notes`))).toEqual([200, null, null, null]);
  });

  it('asks a store that answers later too, and fails as the store fails', async () => {
    const later: RateStore = {
      spend: (key) =>
        key === 'read ann'
          ? Promise.resolve({ allowed: false, remaining: 0, reset: 1_500, full: 0 })
          : Promise.reject(new Error('the store is away')),
    };
    const url = await startLimited(later);
    const ask = (who: string) => fetch(`${url}/notes`, { headers: { 'x-who': who } });
    expect(told(await ask('ann'))).toEqual([429, '"read";r=0;t=2', '"read";q=2;w=10', '2']);
    expect((await ask('bob')).status).toBe(500);
  });
});

describe('the number of connections', () => {
  it('is limited: one too many is closed', async () => {
    const url = await start(() => {}, { maxConnections: 1 });
    const port = Number(new URL(url).port);
    const [first, second] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    second.on('error', () => {});
    await once(second, 'close');
    first.write('GET /notes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(first, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
    first.destroy();
  });
});

describe('the address of a client', () => {
  it.each([
    ['the proxy tells, if it is trusted', ['127.0.0.0/8'], '192.0.2.7'],
    ['is that of the connection for all others', ['10.0.0.0/8'], '127.0.0.1'],
    ['is that of the connection where there is no proxy', [], '127.0.0.1'],
  ])('%s', async (_, trustedProxies, address) => {
    const seen: string[] = [];
    const prepare = (fastify: FastifyInstance) => {
      fastify.addHook('onRequest', (request, _reply, done) => {
        seen.push(request.ip);
        done();
      });
    };
    const url = await start(prepare, { trustedProxies });
    await fetch(`${url}/notes`, { headers: { 'x-forwarded-for': '192.0.2.7' } });
    expect(seen).toEqual([address]);
  });
});
