import type { Bill } from './rate-ledger.js';
import { intervalOf, spend, type Rate, type Spent } from './rate.js';

/** The most that is owed, in windows: more than the processes can have let through unheard, less than a clock that jumps makes of it. */
const MOST_WINDOWS = 2;

/**
 * What one payer has spent as far as one process knows, and what of it the other processes have to hear of: requests that were allowed
 * here first are numbered, and those up to a number are billed, and then answered for.
 */
export class RateTab {
  readonly #key: string;
  readonly #rate: Rate;
  #full: number | undefined;
  #spent = 0;
  #billed = 0;
  #answered = 0;

  constructor(key: string, rate: Rate) {
    this.#key = key;
    this.#rate = rate;
  }

  /** Whether so many are not billed that they should be now, */
  get isHalfSpent(): boolean {
    return (this.#spent - this.#billed) * 2 >= (this.#rate.batch ?? 0);
  }

  /** and whether no more may be allowed before there is an answer. */
  get isSpent(): boolean {
    return this.#spent - this.#answered + 1 > (this.#rate.batch ?? 0);
  }

  /** How many have been billed. */
  get billed(): number {
    return this.#billed;
  }

  /** Counts a request that the others do not hear of. */
  spendAlone(now: number): Spent {
    const spent = spend(this.#full, now, this.#rate);
    this.#full = spent.full;
    return spent;
  }

  /** Counts a request that they are to hear of. */
  spendAhead(now: number): Spent {
    const spent = this.spendAlone(now);
    if (spent.allowed) this.#spent += 1;
    return spent;
  }

  /** Bills all that is not billed. */
  bill(now: number): Bill {
    const count = this.#spent - this.#billed;
    this.#billed = this.#spent;
    return this.#bill(now, count, this.#cap);
  }

  /** Bills one request more, which was not allowed yet: it is counted if it fits, and what is owed beyond a window stays. */
  inquiry(now: number): Bill {
    return this.#bill(now, 1, this.#rate.window);
  }

  /**
   * What was billed up to there is answered for.
   *
   * @param full when nothing is left of what all have spent; undefined when they could not be told: they never hear of it
   */
  hear(billed: number, full: number | undefined): void {
    if (billed < this.#answered) return;
    this.#answered = billed;
    if (full !== undefined) this.#full = full + (this.#spent - billed) * intervalOf(this.#rate);
  }

  get #cap(): number {
    return MOST_WINDOWS * this.#rate.window;
  }

  #bill(now: number, count: number, most: number): Bill {
    const interval = intervalOf(this.#rate);
    const unanswered = (this.#spent - this.#answered) * interval;
    const known = Math.max((this.#full ?? now) - unanswered - now, 0);
    return { key: this.#key, count, interval, most, known, cap: this.#cap };
  }
}
