import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { startEdge, type Edge } from '../test/edge.module.js';

let edge: Edge;
const arrived = Promise.withResolvers<void>();
const released = Promise.withResolvers<void>();
beforeAll(async () => {
  edge = await startEdge((fastify) => {
    fastify.addHook('onRequest', async (request, reply) => {
      if (request.query && 'held' in (request.query as object)) {
        arrived.resolve();
        await released.promise;
      }
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
  const answer = fetch(`${edge.url}/notes?held`);
  await arrived.promise;
  const [began, waited] = [performance.now(), 20];
  await eventually('some time', 5_000, () => performance.now() > began + waited);
  released.resolve();
  await (await answer).arrayBuffer();
  await eventually('the time', 5_000, () => seconds().sum > sum);
  expect(seconds().sum - sum).toBeGreaterThanOrEqual(waited / 1_000);
});
