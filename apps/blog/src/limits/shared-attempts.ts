import type { GuardedRedis } from '#libs/redis';
import {
  FIRST_WAIT_MS,
  FORGET_AFTER_MS,
  type AttemptStore,
  type LocalAttempts,
  type Patience,
} from '../auth/attempts.js';
import { orUndefined } from './redis-ledger.js';
import type { Client } from './scripts.js';

export interface SharedAttemptsOptions {
  readonly redis: GuardedRedis<Client>;
  /** What all names in Redis begin with. */
  readonly prefix: string;
  /** Where attempts are counted while Redis cannot be used. */
  readonly local: LocalAttempts;
}

/**
 * Counts attempts in Redis, for all processes together. Each one is asked for: they are rare, and a check of a password takes a hundred
 * times as long. While Redis cannot be used, this process goes on from what it was told last, by itself.
 */
export class SharedAttempts implements AttemptStore {
  readonly #redis: GuardedRedis<Client>;
  readonly #prefix: string;
  readonly #local: LocalAttempts;
  #alone = 0;

  constructor({ redis, prefix, local }: SharedAttemptsOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#local = local;
  }

  /** How many attempts were counted by this process alone, because Redis could not be used. */
  get alone(): number {
    return this.#alone;
  }

  async begin(key: string, patience: Patience): Promise<number> {
    const values = [patience.free, patience.longest, FIRST_WAIT_MS, FORGET_AFTER_MS];
    const reply = await this.#ask((redis) => redis.beginAttempt(1, this.#nameOf(key), ...values));
    if (!reply) {
      this.#alone += 1;
      return this.#local.begin(key, patience);
    }
    const [counted, count, sinceLast, untilNext] = reply;
    this.#local.learn(key, { count, sinceLast, untilNext });
    return counted ? 0 : untilNext;
  }

  async takeBack(key: string): Promise<void> {
    await this.#ask((redis) => redis.takeBackAttempt(1, this.#nameOf(key)));
    await this.#local.takeBack(key);
  }

  async forget(key: string): Promise<void> {
    await this.#ask((redis) => redis.del(this.#nameOf(key)));
    await this.#local.forget(key);
  }

  #ask<T>(command: (redis: Client) => Promise<T>): Promise<T | undefined> {
    return orUndefined(this.#redis.send(command));
  }

  #nameOf(key: string): string {
    return `${this.#prefix}attempts:${key}`;
  }
}
