import { afterEach, describe, expect, it } from 'vitest';
import { startEdge, type Edge } from '../test/edge.module.js';
import { allowOrigins } from './cors.js';

let edge: Edge;
afterEach(() => edge.stop());

async function start(...args: Parameters<typeof startEdge>): Promise<string> {
  edge = await startEdge(...args);
  return edge.url;
}

describe('allowOrigins', () => {
  const ORIGIN = 'https://app.example';
  const CORS = ['vary', 'access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers'];
  const told = ({ status, headers }: Response) => [status, ...CORS.map((name) => headers.get(name))];
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });

  it('lets the origins that it knows read answers, and says that answers differ by origin', async () => {
    const url = await start((fastify) => allowOrigins(fastify, [ORIGIN]));
    const ask = (origin?: string, path = '/notes') =>
      fetch(`${url}${path}`, { headers: origin === undefined ? {} : { origin } });
    const answer = await ask(ORIGIN);
    expect(told(answer)).toEqual([200, 'Origin', ORIGIN, null, null]);
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    expect(told(await ask(ORIGIN, '/none'))).toEqual([404, 'Origin', ORIGIN, null, null]);
    expect(told(await ask())).toEqual([200, 'Origin', null, null, null]);
    for (const other of ['https://app.example:8443', 'http://app.example', 'https://app.example.evil', 'null']) {
      expect(told(await ask(other))).toEqual([200, 'Origin', null, null, null]);
    }
  });

  it('answers a preflight with the methods of the path', async () => {
    const url = await start((fastify) => allowOrigins(fastify, [ORIGIN]));
    const answer = await fetch(`${url}/notes`, preflight(ORIGIN));
    expect(told(answer)).toEqual([
      204,
      'Origin',
      ORIGIN,
      'GET, HEAD, POST, OPTIONS',
      'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match',
    ]);
    expect(answer.headers.get('access-control-max-age')).toBe('600');
    expect(told(await fetch(`${url}/notes`, preflight('https://evil.example')))).toEqual([
      204,
      'Origin',
      null,
      null,
      null,
    ]);
    expect((await fetch(`${url}/none`, preflight(ORIGIN))).status).toBe(404);
  });

  it('adds nothing when there are none', async () => {
    const url = await start((fastify) => allowOrigins(fastify, []));
    expect(told(await fetch(`${url}/notes`, { headers: { origin: ORIGIN } }))).toEqual([200, null, null, null, null]);
  });
});
