import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

/** Node tells here of each request that a server of this process receives. */
const REQUESTS = 'http.server.request.start';

describe('a read of one service', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    await fetch(`${api.url}/v1/agent/service/register`, { method: 'PUT', body: '{"Name":"web"}' });
  });
  afterAll(() => api.stop());

  it.each(['', '?wait=1ms&hash='])('%s leaves nothing behind on its connection', async (query) => {
    const path = `${api.url}/v1/agent/service/web`;
    const hash = (await fetch(path)).headers.get('x-consul-contenthash');
    const listeners = new Map<Socket, number[]>();
    const count = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      listeners.set(socket, [...(listeners.get(socket) ?? []), socket.listenerCount('close')]);
    };
    subscribe(REQUESTS, count);
    for (let i = 0; i < 8; i++) await (await fetch(query === '' ? path : path + query + hash)).arrayBuffer();
    unsubscribe(REQUESTS, count);
    const [counts] = [...listeners.values()].sort((a, b) => b.length - a.length);
    expect(counts!.length).toBeGreaterThan(2);
    expect(new Set(counts).size).toBe(1);
  });
});
