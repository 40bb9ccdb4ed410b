import { BoundedMap } from '#libs/http';
import type { Clock } from '#libs/time';

/** How attempts that fail slow the next ones down. */
export interface Patience {
  /** So many may fail before the next has to wait. */
  readonly free: number;
  /** The longest wait, in milliseconds. The first is a second, and each that fails doubles it. */
  readonly longest: number;
}

/** Where attempts are counted. Processes that share a store share the counts. */
export interface AttemptStore {
  /**
   * Counts an attempt before it is made, as one that fails: of many at once no more get through than one after another.
   *
   * @returns 0, or the milliseconds until the next may be made: then it was not counted
   */
  begin(key: string, patience: Patience): Promise<number>;
  /** Takes back an attempt that was counted and did not fail. */
  takeBack(key: string): Promise<void>;
  /** Forgets the attempts that have failed. */
  forget(key: string): Promise<void>;
}

export const FIRST_WAIT_MS = 1_000;
/** Attempts that failed are forgotten when so many milliseconds have passed without another. */
export const FORGET_AFTER_MS = 15 * 60_000;

interface Failures {
  readonly count: number;
  /** Of the last attempt and of the next, in monotonic milliseconds. */
  readonly last: number;
  readonly next: number;
}

/** What another store knows of a key, in milliseconds from now. */
export interface Learnt {
  readonly count: number;
  readonly sinceLast: number;
  readonly untilNext: number;
}

/** Keeps the counts of one process in memory. */
export class LocalAttempts implements AttemptStore {
  readonly #clock: Clock;
  readonly #byKey: BoundedMap<Failures>;

  /** @param capacity whoever has tried longest ago makes room for others */
  constructor(clock: Clock, capacity = 100_000) {
    this.#clock = clock;
    this.#byKey = new BoundedMap(capacity);
  }

  async begin(key: string, { free, longest }: Patience): Promise<number> {
    const now = this.#clock.monotonic();
    const before = this.#byKey.get(key);
    if (before && now < before.next) return before.next - now;
    const isRecent = before !== undefined && now - before.last < FORGET_AFTER_MS;
    const count = (isRecent ? before.count : 0) + 1;
    const wait = count < free ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (count - free), longest);
    this.#byKey.set(key, { count, last: now, next: now + wait });
    return 0;
  }

  async takeBack(key: string): Promise<void> {
    const failures = this.#byKey.get(key);
    if (failures) this.#byKey.set(key, { ...failures, count: Math.max(failures.count - 1, 0), next: failures.last });
  }

  async forget(key: string): Promise<void> {
    this.#byKey.delete(key);
  }

  /** Goes on from there. */
  learn(key: string, { count, sinceLast, untilNext }: Learnt): void {
    const now = this.#clock.monotonic();
    this.#byKey.set(key, { count, last: now - sinceLast, next: now + untilNext });
  }
}
