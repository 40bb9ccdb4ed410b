import type { Clock } from '#libs/time';
import { spend, type Rate, type Spent } from './rate.js';

/** Where it is kept who has spent how much. Processes that share a store share the limits. */
export interface RateStore {
  /**
   * Counts one request.
   *
   * @param key whoever it counts against, and what for
   */
  spend(key: string, rate: Rate): Spent | Promise<Spent>;
}

/** Keeps the counts of one process in memory. */
export class LocalRates implements RateStore {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #fullByKey = new Map<string, number>();

  /** @param capacity whoever has asked longest ago makes room for others */
  constructor(clock: Clock, capacity = 100_000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  spend(key: string, rate: Rate): Spent {
    const spent = spend(this.#fullByKey.get(key), this.#clock.monotonic(), rate);
    this.#fullByKey.delete(key);
    if (this.#fullByKey.size >= this.#capacity) this.#fullByKey.delete(this.#fullByKey.keys().next().value!);
    this.#fullByKey.set(key, spent.full);
    return spent;
  }
}
