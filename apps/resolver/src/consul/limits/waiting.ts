import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#libs/observability';
import type { Watches } from '#libs/registry';
import { ConsulError } from '../errors.js';
import { Held, type Holder, type Wait } from './held.js';
import type { Quota, Refusal } from './quota.js';

const REFUSALS: Record<Refusal, ConsulError> = {
  client: new ConsulError(429, 'Your IP is holding too many blocking queries', { 'Retry-After': '1' }),
  total: new ConsulError(503, 'Too many blocking queries are held', { 'Retry-After': '5' }),
};

/** Requests whose answers wait for a change: so many for each client, and none for a client that is gone. */
export class Waiting {
  readonly #quota: Quota;
  readonly #holder: Holder;

  constructor(watches: Watches, quota: Quota, log: Logger) {
    this.#quota = quota;
    this.#holder = { watches, log, release: (client) => quota.release(client) };
  }

  /** Whether nobody can wait any more. */
  get closed(): boolean {
    return this.#holder.watches.closed;
  }

  /**
   * Calls `answer` when there are news or the time is over, unless the client has hung up by then. It is no promise, since all that
   * awaits one would stay in memory for each of thousands.
   *
   * @throws ConsulError when too many wait already
   */
  hold(request: FastifyRequest, reply: FastifyReply, wait: Wait, answer: () => void): void {
    const refusal = this.#quota.take(request.ip);
    if (refusal) throw REFUSALS[refusal];
    // Fastify would take the handler's return for an empty answer.
    reply.hijack();
    this.#holder.watches.add(new Held(wait, reply, request.ip, this.#holder, answer));
  }
}
