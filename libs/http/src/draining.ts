import { once } from 'node:events';
import { Server } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The way of a server's clients to another process that listens on the same port. */
export interface Drain {
  /** Whether it has begun: the server listens no more, and clients are served nevertheless. */
  readonly begun: boolean;
  /** Whether answers say `Connection: close`: it has begun, or the server is being closed. */
  readonly draining: boolean;
  /** Takes no new connection from the moment it is called, and resolves when none is left. */
  run(): Promise<void>;
}

/**
 * Lets the clients of a server go to another process that listens on the same port, without a failed request: answers say
 * `Connection: close` from now on, and a client without a request is waited for until it sends one or until keep-alive ends, since it may be
 * sending one at this moment.
 *
 * @param fastify before its routes are added
 */
export function prepareToDrain(fastify: FastifyInstance): Drain {
  let draining = false;
  let begun = false;
  const closeConnection = (reply: FastifyReply) => {
    if (draining) void reply.header('connection', 'close');
  };
  fastify.addHook('onRequest', (_request, reply, done) => {
    closeConnection(reply);
    done();
  });
  // Those that were under way must hear it as well.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    closeConnection(reply);
    done();
  });
  fastify.addHook('preClose', (done) => {
    draining = true;
    done();
  });
  return {
    get begun() {
      return begun;
    },
    get draining() {
      return draining;
    },
    async run() {
      draining = begun = true;
      const closed = once(fastify.server, 'close');
      // The listener alone: the close of http.Server would end connections that seem idle.
      Server.prototype.close.call(fastify.server);
      await closed;
    },
  };
}
