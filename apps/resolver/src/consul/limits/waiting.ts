import type { FastifyRequest } from 'fastify';
import { ConsulError } from '../errors.js';
import type { Quota, Refusal } from './quota.js';

const REFUSALS: Record<Refusal, ConsulError> = {
  client: new ConsulError(429, 'Your IP is holding too many blocking queries', { 'Retry-After': '1' }),
  total: new ConsulError(503, 'Too many blocking queries are held', { 'Retry-After': '5' }),
};

/** Requests whose answers wait for a change: so many for each client, and none for a client that is gone. */
export class Waiting {
  readonly #quota: Quota;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /**
   * Lets a request wait for as long as `wait` does, which is told by the signal that the client has hung up.
   *
   * @throws ConsulError when too many wait already
   */
  async hold(request: FastifyRequest, wait: (gone: AbortSignal) => Promise<void>): Promise<void> {
    const release = this.#quota.take(request.ip);
    if (typeof release === 'string') throw REFUSALS[release];
    const gone = new AbortController();
    const leave = () => gone.abort();
    const { socket } = request.raw;
    socket.once('close', leave);
    try {
      await wait(gone.signal);
    } finally {
      socket.off('close', leave);
      release();
    }
  }
}
