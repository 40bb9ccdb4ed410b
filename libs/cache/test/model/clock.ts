import type { Clock, Timer } from '#libs/time';
import type { Turn } from './database.js';

/** A clock whose timers fire whenever the scheduler says so, soon or late, and which stands still unless it is moved. */
export class ModelClock implements Clock {
  readonly #turn: Turn;
  readonly #intervals = new Set<() => void>();
  #now = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(_ms: number, callback: () => void): Timer {
    let cancelled = false;
    void this.#turn('timer').then(() => cancelled || callback());
    return { cancel: () => void (cancelled = true) };
  }

  every(_ms: number, callback: () => void): Timer {
    this.#intervals.add(callback);
    return { cancel: () => void this.#intervals.delete(callback) };
  }

  /** Lets what happens every so often happen. */
  tick(): void {
    for (const callback of this.#intervals) callback();
  }

  move(ms: number): void {
    this.#now += ms;
  }
}
