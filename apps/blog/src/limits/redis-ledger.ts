import type { Bill, RateLedger, Receipt } from '#libs/http';
import { StoreUnavailableError, type GuardedRedis } from '#libs/redis';
import type { Client } from './scripts.js';

/** Keeps in Redis what the processes of all blogs over one database have spent. */
export class RedisLedger implements RateLedger {
  readonly #redis: GuardedRedis<Client>;
  readonly #prefix: string;

  /** @param prefix what all names in Redis begin with */
  constructor(redis: GuardedRedis<Client>, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  get isUsed(): boolean {
    return this.#redis.isUsed;
  }

  async charge(bills: readonly Bill[]): Promise<readonly Receipt[] | undefined> {
    const keys = bills.map(({ key }) => `${this.#prefix}rate:${key}`);
    const values = bills.flatMap(({ count, interval, most, known, cap }) => [count, interval, most, known, cap]);
    const replies = await orUndefined(this.#redis.send((redis) => redis.chargeRates(keys.length, ...keys, ...values)));
    return replies?.map(([count, debt]) => ({ count, debt: Number(debt) }));
  }
}

/** What Redis has answered; undefined when it could not be asked. */
export async function orUndefined<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return undefined;
    throw error;
  }
}
