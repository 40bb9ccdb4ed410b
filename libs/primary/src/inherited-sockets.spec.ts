import { expect, it } from 'vitest';
import { inheritedSockets } from './inherited-sockets.js';

it.each(['1e99', '', '-1'])('are not as many as %j', (count) => {
  const env = { LISTEN_PID: String(process.pid), LISTEN_FDS: count };
  expect(() => inheritedSockets(env)).toThrow(`LISTEN_FDS is ${JSON.stringify(count)}, expected a number`);
  expect(env).toEqual({});
});

it('are none when they are for another process', () => {
  expect(inheritedSockets({ LISTEN_PID: '1', LISTEN_FDS: 'x' })).toEqual([]);
});
