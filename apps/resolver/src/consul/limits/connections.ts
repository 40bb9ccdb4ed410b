import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { sendText } from '../send.js';
import type { Quota } from './quota.js';

/** How long a connection too many has to send its request and be told, in milliseconds. */
const LAST_WORD = 1_000;

/**
 * Answers the first request on a connection too many with 429, in Consul's words, and closes it.
 *
 * @returns whether a connection is one too many
 */
export function limitConnections(server: FastifyInstance, quota: Quota): (socket: Socket) => boolean {
  const refused = new WeakSet<Socket>();
  server.server.on('connection', (socket: Socket) => {
    // Each blocking query listens for the end of its connection, and a client may send many without waiting.
    socket.setMaxListeners(0);
    const address = socket.remoteAddress ?? '';
    if (!quota.take(address)) return void socket.once('close', () => quota.release(address));
    refused.add(socket);
    const timer = setTimeout(() => socket.destroy(), LAST_WORD).unref();
    socket.once('close', () => clearTimeout(timer));
  });
  const isRefused = (socket: Socket) => refused.has(socket);
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    if (!isRefused(request.raw.socket)) return done();
    reply.header('Connection', 'close').header('Retry-After', '1');
    sendText(reply, 429, 'Your IP is issuing too many concurrent connections, please rate limit your calls\n');
  });
  return isRefused;
}
