import type { Logger } from '#libs/observability';
import { StoreUnavailableError } from '#libs/redis';
import type { Clock, Timer } from '#libs/time';
import type { Invalidation } from './entry.js';
import type { Outbox, OutboxRow } from './outbox.js';
import type { CacheTimes } from './times.js';

export interface ReplayerOptions {
  readonly outbox: Outbox;
  readonly deliver: (invalidation: Invalidation) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: Pick<CacheTimes, 'poll' | 'settle'>;
}

/** Rows that are read, delivered and removed at once. */
const BATCH = 100;

/** What a replayer has done since it was made. */
export interface ReplayCounters {
  /** Rows delivered in the place of their writer. */
  readonly replayed: number;
  /** Milliseconds that the last of them had waited. */
  readonly lagMs: number;
  /** How often the outbox itself could not be read or written. */
  readonly failed: number;
}

/**
 * Empties the outbox: removes what its writer has delivered, and delivers what its writer has not, be it that the store was away or that
 * the writer was killed. Every process does so for all; to deliver twice does no harm.
 */
export class Replayer {
  readonly #options: ReplayerOptions;
  #timer: Timer | undefined;
  #turn: Promise<void> | undefined;
  #delivered: OutboxRow['id'][] = [];
  #replayed = 0;
  #lagMs = 0;
  #failed = 0;

  constructor(options: ReplayerOptions) {
    this.#options = options;
  }

  get counters(): ReplayCounters {
    return { replayed: this.#replayed, lagMs: this.#lagMs, failed: this.#failed };
  }

  start(): void {
    const { clock, times } = this.#options;
    this.#timer = clock.every(times.poll, () => void this.#takeTurn());
  }

  /** Ends after the turn under way; rows that were delivered are removed. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#turn;
    await this.#guarded(() => this.#removeDelivered());
  }

  /** A row that its own writer has delivered; it is removed with the next turn. */
  delivered(id: OutboxRow['id']): void {
    this.#delivered.push(id);
  }

  /** Delivers every row that is there. @throws what the outbox or the delivery throws */
  async replayAll(): Promise<void> {
    await this.#removeDelivered();
    while ((await this.#replay(0)) === BATCH);
  }

  async #takeTurn(): Promise<void> {
    this.#turn ??= this.#guarded(async () => {
      await this.#removeDelivered();
      while ((await this.#replay(this.#options.times.settle)) === BATCH);
    });
    await this.#turn;
    this.#turn = undefined;
  }

  /** Delivers the oldest rows that are at least so old. @returns how many */
  async #replay(minAgeMs: number): Promise<number> {
    const { outbox, deliver } = this.#options;
    const rows = (await outbox.pending(BATCH)).filter(({ ageMs }) => ageMs >= minAgeMs);
    if (rows.length === 0) return 0;
    await Promise.all(rows.map(({ invalidation }) => deliver(invalidation)));
    await outbox.remove(rows.map(({ id }) => id));
    this.#replayed += rows.length;
    this.#lagMs = rows.at(-1)!.ageMs;
    return rows.length;
  }

  async #removeDelivered(): Promise<void> {
    const ids = this.#delivered;
    if (ids.length === 0) return;
    this.#delivered = [];
    await this.#options.outbox.remove(ids);
  }

  /** A store that is away is nothing new: the breaker has told. An outbox that fails is. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return;
      if (this.#failed++ === 0) this.#options.log.warn({ err: error }, 'the outbox of the cache cannot be read');
    }
  }
}
