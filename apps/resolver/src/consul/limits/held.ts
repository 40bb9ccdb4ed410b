import type { FastifyReply } from 'fastify';
import type { Logger } from '#libs/observability';
import type { Revision, Topic, Waiter, Watches } from '#libs/registry';
import { ConsulError, serverError } from '../errors.js';
import { sendHeldText } from '../send.js';

/** What a request waits for. */
export interface Wait {
  readonly topic: Topic;
  /** The revision that is no news. */
  readonly known: Revision;
  /** In milliseconds. */
  readonly ms: number;
}

/** What all requests that wait have in common. */
export interface Holder {
  readonly watches: Watches;
  readonly log: Logger;
  /** Takes back the place of a client. */
  release(client: string): void;
}

/** A request that waits, for as long as its connection lasts. There are thousands of them: it holds no more than it must. */
export class Held implements Waiter {
  readonly topic: Topic;
  readonly known: Revision;
  readonly ms: number;

  constructor(
    { topic, known, ms }: Wait,
    private readonly reply: FastifyReply,
    private readonly client: string,
    private readonly holder: Holder,
    private readonly answer: () => void,
  ) {
    this.topic = topic;
    this.known = known;
    this.ms = ms;
    this.socket.on('close', this.leave);
  }

  wake(): void {
    this.socket.off('close', this.leave);
    this.holder.release(this.client);
    if (this.socket.destroyed) return;
    // The program is stopping: the next request should go elsewhere.
    if (this.holder.watches.closed) this.reply.header('Connection', 'close');
    this.answerOrFail();
  }

  private get socket() {
    return this.reply.request.raw.socket;
  }

  private readonly leave = (): void => {
    if (this.holder.watches.remove(this)) this.holder.release(this.client);
  };

  private answerOrFail(): void {
    try {
      this.answer();
    } catch (error) {
      if (!(error instanceof ConsulError))
        this.holder.log.error({ err: error }, 'a request failed after it had waited');
      const { status, message } = error instanceof ConsulError ? error : serverError('internal error');
      sendHeldText(this.reply, status, message);
    }
  }
}
