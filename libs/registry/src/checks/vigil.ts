import type { Clock, Timer } from '#libs/time';

/** How often the clock is looked at, in milliseconds. */
const LOOK_EVERY = 250;
/** A look that comes later than this after the one before means that the process did not run in between. */
const BREAK_AFTER = 1_000;

/**
 * Knows since when this process has been able to hear services without a break. While it was stopped (SIGSTOP, a machine that slept,
 * a long pause), their reports went nowhere, so that their silence says nothing. A stop is seen as a timer that fires much too late;
 * the clock that people set is never asked.
 */
export class Vigil {
  readonly #clock: Clock;
  #since = -Infinity;
  #looked = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Listens from now on. */
  start(): void {
    this.#since = this.#looked = this.#clock.monotonic();
    this.#timer = this.#clock.every(LOOK_EVERY, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Milliseconds on the monotonic clock. It looks first, as a timer of the caller's may fire before the one here. */
  get since(): number {
    this.#look();
    return this.#since;
  }

  #look(): void {
    const now = this.#clock.monotonic();
    if (now - this.#looked > BREAK_AFTER) this.#since = now;
    this.#looked = now;
  }
}
