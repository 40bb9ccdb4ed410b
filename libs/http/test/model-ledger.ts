import type { Clock } from '#libs/time';
import type { Bill, RateLedger, Receipt } from '../src/rate-ledger.js';

/** A ledger as plain as it can be. It may be away, or take its time. */
export class ModelLedger implements RateLedger {
  isUsed = true;
  /** What an answer waits for. */
  answer: () => Promise<void> = () => Promise.resolve();
  /** How many bills it got, and in how many calls. */
  bills = 0;
  calls = 0;
  readonly #clock: Clock;
  readonly #full = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async charge(bills: readonly Bill[]): Promise<readonly Receipt[] | undefined> {
    if (!this.isUsed) return undefined;
    this.calls += 1;
    this.bills += bills.length;
    const receipts = bills.map((bill) => this.#charge(bill));
    await this.answer();
    return receipts;
  }

  lose(): void {
    this.#full.clear();
  }

  /** Milliseconds until nothing is left. */
  debtOf(key: string): number {
    const now = this.#clock.monotonic();
    return Math.max((this.#full.get(key) ?? now) - now, 0);
  }

  #charge({ key, count, interval, most, known, cap }: Bill): Receipt {
    let debt = Math.min(Math.max(this.debtOf(key), known), cap);
    let fitting = 0;
    for (; fitting < count && debt + interval <= most + 0.001; fitting += 1) debt += interval;
    this.#full.set(key, this.#clock.monotonic() + debt);
    return { count: fitting, debt };
  }
}
