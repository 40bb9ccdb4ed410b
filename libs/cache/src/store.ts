import type { BreakerState } from '#libs/redis';
import type { Entry, Invalidation, Query } from './entry.js';

/**
 * Where entries lie. Each key is in one of four states, and every way between them is one atomic step:
 *
 * ```text
 *            claim                fill with the claim's nonce, unless older
 * nothing ----------> mark ---------------------------------------------------> value (or: absent)
 *    ^                  |                                                         |
 *    | time, eviction   | invalidate                 invalidate, if newer         |
 *    |                  v                                                         v
 *    +------------- tombstone (version, a new nonce) <----------------------------+
 * ```
 *
 * A claim remembers the nonce that the key has, and the generations that the answer belongs to. A fill is refused when one of them is no
 * longer what it was: because a write has come in between, but also because the store has lost what it knew of the key (evicted,
 * expired, flushed). What is lost makes readers slow, never wrong.
 */
export interface CacheStore {
  /**
   * Begins, and resolves without waiting for a server.
   *
   * @param beforeUse called whenever the store is about to be used after it could not be reached; while it rejects, the store is not used
   */
  start(beforeUse: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
  /** Whether it can hold anything: in one that cannot, reads look for nothing beyond `peek`, and fill nothing. */
  readonly hasRoom: boolean;
  /** Whether this process has heard of every invalidation up to a moment ago: what it keeps to itself may be used. */
  readonly inTouch: boolean;
  /** What a store in this process holds, at once, however old; a store elsewhere gives nothing. */
  peek(key: string): Entry | undefined;
  /** What is held, still good and new enough. @param waitMs rejects after so many milliseconds, as all methods below */
  get(query: Query, waitMs: number): Promise<Entry | undefined>;
  /** Announces that the caller is going to read the database, which it must not have begun. */
  claim(query: Query, waitMs: number): Promise<Claim>;
  /** Makes what a write has changed unusable, for all processes. The same one may be given again, and older ones later. */
  invalidate(invalidation: Invalidation): Promise<void>;
  /** Forgets a key: for operators. */
  drop(key: string): Promise<void>;
  /** What is known of a key: for operators. */
  inspect(query: Query): Promise<Inspection | undefined>;
  listen(listener: StoreListener): void;
  /** `half-open`: it is tried, by deliveries alone. */
  readonly state: BreakerState;
  /** How often the store was found to be away. */
  readonly opened: number;
  /** What it keeps in this process. */
  readonly held: HeldCounters;
}

/** How much is kept in this process. */
export interface HeldCounters {
  readonly entries: number;
  readonly octets: number;
  /** Entries that had to make room. */
  readonly evicted: number;
}

/** The right to store what was read from the database after it was given. */
export interface Claim {
  /** Whether nobody else in any process is reading the same, or has just stored it: the others look for that before they read. */
  readonly first: boolean;
  /** @param ttlMs how long it is good for, in milliseconds */
  fill(entry: Entry, ttlMs: number, waitMs: number): Promise<FillResult>;
}

/**
 * `older`: a newer version is known. `void`: a write came in between, or the store forgot the claim. `full`: there is no room. In all
 * three nothing was stored.
 */
export type FillResult = 'stored' | 'older' | 'void' | 'full';

/** A key as an operator sees it. */
export interface Inspection {
  /** `mark`: somebody is reading the database. */
  readonly kind: 'value' | 'absent' | 'tombstone' | 'mark';
  readonly version: number;
  readonly etag: string;
  /** Octets of the body. */
  readonly octets: number;
  /** Milliseconds until it is forgotten. */
  readonly ttlMs: number;
  /** Whether the generations that it belongs to are still the present ones. */
  readonly current: boolean;
}

/** Who keeps something of the store's to itself. */
export interface StoreListener {
  /**
   * For an invalidation of this process, at once, and again when the store has it: what was read from the store in between may be old.
   * For those of others, when they arrive.
   */
  onInvalidation(invalidation: Invalidation): void;
  /** Some may have been missed: nothing that was kept is worth anything. */
  onGap(): void;
}
