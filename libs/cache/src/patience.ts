import { StoreUnavailableError } from '#libs/redis';
import type { Clock } from '#libs/time';

/** What one request may still lose to the store. Once the store has failed it, nothing. */
export class Patience {
  readonly #clock: Clock;
  #left: number;

  /** @param ms milliseconds */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#left = ms;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** Takes a step in the store, which gets the milliseconds that are left. @returns undefined when the store is away or too slow */
  async spend<T>(step: (waitMs: number) => Promise<T>): Promise<T | undefined> {
    if (this.isOver) return undefined;
    const start = this.#clock.monotonic();
    try {
      return await step(this.#left);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#left = 0;
      return undefined;
    } finally {
      this.#left -= this.#clock.monotonic() - start;
    }
  }
}
