import type { Clock, Timer } from '#libs/time';
import { BoundedMap } from './bounded-map.js';
import type { Bill, RateLedger, Receipt } from './rate-ledger.js';
import { RATE_CAPACITY, type RateStore } from './rate-store.js';
import { RateTab } from './rate-tab.js';
import { describeSpent, type Rate, type Spent } from './rate.js';

/** The others hear of what was spent after so many milliseconds, or when half of a batch is. */
const SETTLE_EACH_MS = 100;
/** Of so many payers at once: what else the ledger does waits as long. */
const MOST_AT_ONCE = 500;

/**
 * Shares the counts with other processes. A rate with a batch is decided here, from what was heard of the others a moment ago: to ask costs
 * more than a read that is in memory. All processes together let through at most the limit and one batch for each of them, and what was
 * too much is owed: it is waited for before the next is allowed. Without a batch each request is asked for, and the limit is exact.
 *
 * While the ledger cannot be used, this process goes on from what it knows, by itself.
 */
export class SharedRates implements RateStore {
  readonly #ledger: RateLedger;
  readonly #clock: Clock;
  readonly #tabs: BoundedMap<RateTab>;
  readonly #unsettled = new Set<RateTab>();
  #timer: Timer | undefined;
  #settlement: Promise<void> | undefined;
  #alone = 0;

  constructor(ledger: RateLedger, clock: Clock, capacity = RATE_CAPACITY) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#tabs = new BoundedMap(capacity);
  }

  /** How many requests were counted by this process alone, because the ledger could not be used. */
  get alone(): number {
    return this.#alone;
  }

  spend(key: string, rate: Rate): Spent | Promise<Spent> {
    const tab = this.#tabs.get(key) ?? new RateTab(key, rate);
    this.#tabs.set(key, tab);
    if (!this.#ledger.isUsed) return this.#spendAlone(tab);
    return tab.isSpent ? this.#ask(tab, rate) : this.#spendAhead(tab);
  }

  /** Tells the others the last of it. */
  async stop(): Promise<void> {
    await this.#settlement;
    await this.#settle();
    this.#timer?.cancel();
  }

  #spendAlone(tab: RateTab): Spent {
    this.#alone += 1;
    return tab.spendAlone(this.#clock.monotonic());
  }

  #spendAhead(tab: RateTab): Spent {
    const spent = tab.spendAhead(this.#clock.monotonic());
    if (!spent.allowed) return spent;
    this.#unsettled.add(tab);
    if (tab.isHalfSpent) void this.#settle();
    else this.#settleLater();
    return spent;
  }

  async #ask(tab: RateTab, rate: Rate): Promise<Spent> {
    this.#unsettled.delete(tab);
    const now = this.#clock.monotonic();
    const [bill, inquiry] = [tab.bill(now), tab.inquiry(now)];
    const { billed } = tab;
    const receipts = await this.#charge(bill.count > 0 ? [bill, inquiry] : [inquiry]);
    const receipt = receipts?.at(-1);
    tab.hear(billed, receipt && now + receipt.debt);
    return receipt ? describeSpent(receipt.count === 1, now + receipt.debt, now, rate) : tab.spendAlone(now);
  }

  #settleLater(): void {
    this.#timer ??= this.#clock.after(SETTLE_EACH_MS, () => void this.#settle());
  }

  /** One at a time: what is spent meanwhile is for the next one. */
  #settle(): Promise<void> {
    this.#settlement ??= this.#tellAll().finally(() => {
      this.#settlement = undefined;
      if (this.#unsettled.size > 0) this.#settleLater();
    });
    return this.#settlement;
  }

  async #tellAll(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const tabs = [...this.#unsettled];
    this.#unsettled.clear();
    const told: Promise<void>[] = [];
    for (let start = 0; start < tabs.length; start += MOST_AT_ONCE) {
      told.push(this.#tell(tabs.slice(start, start + MOST_AT_ONCE)));
    }
    await Promise.all(told);
  }

  async #tell(tabs: readonly RateTab[]): Promise<void> {
    const now = this.#clock.monotonic();
    const bills = tabs.map((tab) => tab.bill(now));
    const billed = tabs.map((tab) => tab.billed);
    const receipts = await this.#charge(bills);
    tabs.forEach((tab, i) => tab.hear(billed[i]!, receipts && now + receipts[i]!.debt));
  }

  /** A ledger that fails is as good as away: mostly nobody waits for it who could be told. */
  async #charge(bills: readonly Bill[]): Promise<readonly Receipt[] | undefined> {
    const receipts = await this.#ledger.charge(bills).catch(() => undefined);
    if (!receipts) this.#alone += bills.reduce((sum, { count }) => sum + count, 0);
    return receipts;
  }
}
