import type { Clock } from '#libs/time';
import { BoundedMap } from './bounded-map.js';
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

/** Whoever has asked longest ago makes room for others. */
export const RATE_CAPACITY = 100_000;

/** Keeps the counts of one process in memory. */
export class LocalRates implements RateStore {
  readonly #clock: Clock;
  readonly #fullByKey: BoundedMap<number>;

  constructor(clock: Clock, capacity = RATE_CAPACITY) {
    this.#clock = clock;
    this.#fullByKey = new BoundedMap(capacity);
  }

  spend(key: string, rate: Rate): Spent {
    const spent = spend(this.#fullByKey.get(key), this.#clock.monotonic(), rate);
    this.#fullByKey.set(key, spent.full);
    return spent;
  }
}
