import type { Redis } from 'ioredis';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { Breaker, type BreakerState } from './breaker.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { ServerFacts } from './server-facts.js';
import { AWAY, MemoryFullError } from './unavailable.js';

export interface GuardedRedisOptions extends Pick<ConnectionOptions, 'url' | 'scripts' | 'onMessage'> {
  readonly clock: Clock;
  readonly log: Logger;
  /** The most that a command is waited for, in milliseconds, unless it says something else. */
  readonly patience: number;
  /** Brings up to date what was missed while it was away, before it is used again; it may `deliver`. */
  readonly recover?: (facts: ServerFacts) => Promise<void>;
  /** What is logged when Redis is no longer used, and when it is. */
  readonly without: string;
  readonly using: string;
}

/** A Redis that requests can do without: it fails one of them, once, and is then left alone until it works again. */
export class GuardedRedis<Client extends Redis> {
  readonly #patience: number;
  readonly #connection: Connection<Client>;
  readonly #breaker: Breaker;

  constructor({ url, scripts, onMessage, clock, log, patience, recover, without, using }: GuardedRedisOptions) {
    this.#patience = patience;
    this.#breaker = new Breaker({
      clock,
      recover: async () => {
        const facts = await this.#connection.greet(patience);
        await recover?.(facts);
      },
      onOpen: (reason) => log.warn({ reason }, without),
      onClosed: () => log.info(using),
    });
    this.#connection = new Connection<Client>({
      ...{ url, scripts, clock, ...(onMessage && { onMessage }) },
      onReady: () => this.#breaker.retryNow(),
      onClose: (reason) => this.#breaker.open(reason),
    });
  }

  get state(): BreakerState {
    return this.#breaker.state;
  }

  /** Whether commands are sent at all. */
  get isUsed(): boolean {
    return this.state === 'closed';
  }

  /** How often it was found to be away. */
  get opened(): number {
    return this.#breaker.opened;
  }

  /** When it was proven last that all messages had arrived, by the monotonic clock. */
  get heardAt(): number {
    return this.#connection.heardAt;
  }

  /** Begins, and waits for no server. */
  start(): void {
    void this.#connection.connect().then(() => this.#breaker.retryNow());
  }

  stop(): void {
    this.#breaker.stop();
    this.#connection.close();
  }

  /**
   * Sends one command.
   *
   * @throws StoreUnavailableError when Redis is not used, fails or takes too long, and MemoryFullError, after which it goes on being used
   */
  async send<T>(command: (redis: Client) => Promise<T>, waitMs = this.#patience): Promise<T> {
    if (!this.isUsed) throw AWAY;
    return this.#sendNow(command, waitMs);
  }

  /** As `send`, but also while it is tried whether Redis is back. */
  async deliver<T>(command: (redis: Client) => Promise<T>, waitMs = this.#patience): Promise<T> {
    if (this.state === 'open') throw AWAY;
    return this.#sendNow(command, waitMs);
  }

  async #sendNow<T>(command: (redis: Client) => Promise<T>, waitMs: number): Promise<T> {
    try {
      return await this.#connection.send(waitMs, command);
    } catch (error) {
      if (!(error instanceof MemoryFullError)) this.#breaker.open((error as Error).message);
      throw error;
    }
  }
}
