import type { Clock, Timer } from '#libs/time';

/** `open`: what it guards is not used. `half-open`: it is tried. */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  readonly clock: Clock;
  /** Tries whether what it guards works again, and brings it up to date; rejects when it does not. */
  readonly recover: () => Promise<void>;
  /** Told once why it is open, when it opens or could not be closed to begin with. */
  readonly onOpen: (reason: string) => void;
  readonly onClosed: () => void;
}

/** Waits before a try, the first and the longest, in milliseconds. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1_000;

/**
 * Keeps requests away from what does not work.
 *
 * ```text
 * open --after 100 ms, 200 ms, ... 1 s--> half-open --recovered--> closed
 *   ^                                        | failed                |
 *   +----------------------------------------+<------ a failure -----+
 * ```
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = 'open';
  #opened = 0;
  #failures = 0;
  #announced = false;
  #timer: Timer | undefined;
  #stopped = false;
  /** A failure while half-open: what has recovered is broken again. */
  #spoilt: string | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How often it has opened. */
  get opened(): number {
    return this.#opened;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#state = 'open';
  }

  /** Something failed. */
  open(reason: string): void {
    this.#spoilt = reason;
    if (this.#state !== 'closed' || this.#stopped) return;
    this.#opened++;
    this.#stayOpen(reason);
  }

  /** Tries without waiting any longer: to begin with, and when there is a sign that it would go well. */
  retryNow(): void {
    if (this.#state === 'open' && !this.#stopped) void this.#try();
  }

  async #try(): Promise<void> {
    this.#timer?.cancel();
    this.#state = 'half-open';
    this.#spoilt = undefined;
    const failure = await this.#options.recover().then(
      () => this.#spoilt,
      (error: Error) => error.message,
    );
    if (this.#stopped) return;
    if (failure === undefined) return this.#close();
    this.#stayOpen(failure);
    this.#failures++;
  }

  #stayOpen(reason: string): void {
    this.#state = 'open';
    if (!this.#announced) this.#options.onOpen(reason);
    this.#announced = true;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#timer = this.#options.clock.after(wait, () => void this.#try());
  }

  #close(): void {
    this.#state = 'closed';
    this.#failures = 0;
    this.#announced = false;
    this.#options.onClosed();
  }
}
