import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { startEdge, type Edge } from '../test/edge.module.js';

let edge: Edge;
let release: () => void;
const held = new Promise<void>((resolve) => (release = resolve));
beforeAll(async () => {
  edge = await startEdge((fastify) => {
    fastify.addHook('onRequest', async (request, reply) => {
      if (request.query && 'held' in (request.query as object)) await held;
      if (request.query && 'early' in (request.query as object)) return reply.status(304).send();
    });
  });
});
afterAll(() => edge.stop());

/** What was counted, by method and route. */
function counted(): Record<string, Record<number, number>> {
  const entries = edge.requests.routes.map(
    ({ method, route, statuses }) => [`${method} ${route}`, Object.fromEntries(statuses)] as const,
  );
  return Object.fromEntries(entries);
}

it('counts answers by method, route and status, wherever they come from', async () => {
  const ask = async (method: string, path: string) => (await fetch(`${edge.url}${path}`, { method })).arrayBuffer();
  await ask('GET', '/notes?x=1');
  await ask('GET', '/notes');
  await ask('GET', '/notes?early');
  await ask('HEAD', '/notes');
  await ask('DELETE', '/notes');
  await ask('GET', '/nothing/1');
  await ask('GET', '/nothing/2');
  await eventually('the last one', 5_000, () => counted()['GET none']?.[404] === 2);
  expect(counted()).toEqual({
    'GET /notes': { 200: 2, 304: 1 },
    'HEAD /notes': { 200: 1 },
    'DELETE /notes': { 405: 1 },
    'GET none': { 404: 2 },
  });
});

it('takes the time from the headers to the end of the answer', async () => {
  const seconds = () => edge.requests.routes.find(({ method }) => method === 'GET')!.seconds;
  const { sum } = seconds();
  const began = performance.now();
  const answer = fetch(`${edge.url}/notes?held`);
  setTimeout(release, 30);
  await (await answer).arrayBuffer();
  await eventually('the time', 5_000, () => seconds().sum > sum);
  const took = seconds().sum - sum;
  expect(took).toBeGreaterThan(0.02);
  expect(took).toBeLessThanOrEqual((performance.now() - began) / 1_000);
});
