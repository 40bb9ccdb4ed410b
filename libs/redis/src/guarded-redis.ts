import type { Redis } from 'ioredis';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { Breaker } from './breaker.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { AWAY, MemoryFullError } from './unavailable.js';

export interface GuardedRedisOptions extends Pick<ConnectionOptions, 'url' | 'scripts'> {
  readonly clock: Clock;
  readonly log: Logger;
  /** The most that a command is waited for, in milliseconds. */
  readonly patience: number;
  /** What is logged when Redis is no longer used, and when it is. */
  readonly without: string;
  readonly using: string;
}

/** A Redis that requests can do without: it fails one of them, once, and is then left alone until it works again. */
export class GuardedRedis<Client extends Redis> {
  readonly #patience: number;
  readonly #connection: Connection<Client>;
  readonly #breaker: Breaker;

  constructor({ url, scripts, clock, log, patience, without, using }: GuardedRedisOptions) {
    this.#patience = patience;
    this.#breaker = new Breaker({
      clock,
      recover: async () => void (await this.#connection.greet(patience)),
      onOpen: (reason) => log.warn({ reason }, without),
      onClosed: () => log.info(using),
    });
    this.#connection = new Connection<Client>({
      ...{ url, scripts, clock },
      onReady: () => this.#breaker.retryNow(),
      onClose: (reason) => this.#breaker.open(reason),
    });
  }

  /** Whether commands are sent at all. */
  get isUsed(): boolean {
    return this.#breaker.state === 'closed';
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
  async send<T>(command: (redis: Client) => Promise<T>): Promise<T> {
    if (!this.isUsed) throw AWAY;
    try {
      return await this.#connection.send(this.#patience, command);
    } catch (error) {
      if (!(error instanceof MemoryFullError)) this.#breaker.open((error as Error).message);
      throw error;
    }
  }
}
