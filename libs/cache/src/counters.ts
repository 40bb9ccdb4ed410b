import type { BreakerState } from '#libs/redis';
import type { ReplayCounters } from './replayer.js';
import type { FillResult, HeldCounters } from './store.js';

/** What a cache has done since it was made, as plain numbers. */
export interface CacheCounters {
  /** Answers from this process, and from a store elsewhere. */
  readonly hits: { readonly local: number; readonly shared: number };
  /** Answers from the database, because the store had none, and because it could not be asked. */
  readonly misses: number;
  readonly bypasses: number;
  /** Readers who waited for an answer that another one was fetching already, in this process and in another one. */
  readonly joined: { readonly flights: number; readonly leases: number };
  /** What became of what was read from the database; `late`: it took too long, `failed`: the store was away. */
  readonly fills: Readonly<Record<FillResult | 'late' | 'failed', number>>;
  readonly invalidations: {
    readonly delivered: number;
    /** Left to the outbox, as the store was away. */
    readonly undelivered: number;
    /** Rows that were given a tombstone by this process. */
    readonly tombstones: number;
  };
  readonly outbox: ReplayCounters;
  readonly store: { readonly state: BreakerState; readonly opened: number };
  /** What this process keeps. */
  readonly held: HeldCounters;
}

/** The same, while counting. */
export class Tally {
  local = 0;
  shared = 0;
  misses = 0;
  bypasses = 0;
  leases = 0;
  delivered = 0;
  undelivered = 0;
  tombstones = 0;
  readonly fills: Record<FillResult | 'late' | 'failed', number> = {
    stored: 0,
    older: 0,
    void: 0,
    full: 0,
    late: 0,
    failed: 0,
  };
}
