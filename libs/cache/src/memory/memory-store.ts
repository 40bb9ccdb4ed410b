import type { Clock } from '#libs/time';
import type { Entry, Invalidation, Query } from '../entry.js';
import { detached, octetsOf } from '../held.js';
import { OctetMap } from '../octet-map.js';
import type { CacheStore, Claim, FillResult, HeldCounters, Inspection, StoreListener } from '../store.js';
import { DEFAULT_TIMES, type CacheTimes } from '../times.js';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** The most octets that it holds. */
  readonly octets: number;
  readonly times?: Partial<CacheTimes>;
  /** Whether this process has heard of the writes of others up to a moment ago; always, unless something else is said. */
  readonly isInTouch?: (() => boolean) | undefined;
}

/** What is known of a key. */
interface Cell {
  /** Undefined: a mark or a tombstone. */
  readonly entry: Entry | undefined;
  /** Nothing older is taken; 0 for a mark. */
  readonly version: number;
  /** Given at the first claim or the last invalidation, and never given twice. */
  readonly nonce: number;
  readonly within: readonly string[];
  /** The nonces of the generations that it belongs to. */
  readonly stamp: readonly number[];
  /** By the monotonic clock. */
  readonly expires: number;
  readonly octets: number;
}

/** So many generations are forgotten together: their nonces are never given again, so that only makes readers slow. */
const MAX_GENERATIONS = 10_000;

const NOWHERE: readonly string[] = [];

/** A store in the memory of one process, for that process alone. */
export class MemoryStore implements CacheStore {
  readonly state = 'closed';
  readonly opened = 0;
  readonly hasRoom: boolean;
  readonly #clock: Clock;
  readonly #times: CacheTimes;
  readonly #cells: OctetMap<Cell>;
  readonly #generations = new Map<string, number>();
  readonly #listeners = new Set<StoreListener>();
  readonly #isInTouch: () => boolean;
  #nonce = 0;

  constructor({ clock, octets, times, isInTouch = () => true }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#times = { ...DEFAULT_TIMES, ...times };
    this.#cells = new OctetMap(octets);
    this.hasRoom = octets > 0;
    this.#isInTouch = isInTouch;
  }

  get inTouch(): boolean {
    return this.#isInTouch();
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  listen(listener: StoreListener): void {
    this.#listeners.add(listener);
  }

  get held(): HeldCounters {
    return this.#cells.counters;
  }

  peek(key: string): Entry | undefined {
    const cell = this.#find(key);
    return cell?.entry && this.#isCurrent(cell) && this.#isInTouch() ? cell.entry : undefined;
  }

  async get(query: Query): Promise<Entry | undefined> {
    return this.#good(query);
  }

  async claim(query: Query): Promise<Claim> {
    const { key, within = NOWHERE } = query;
    const stamp = within.map((name) => this.#generation(name));
    const nonce = this.#find(key)?.nonce ?? this.#mark(key);
    const first = this.#good(query) === undefined;
    return { first, fill: async (entry, ttlMs) => this.#fill({ key, within }, entry, { nonce, stamp, ttlMs }) };
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    for (const listener of this.#listeners) listener.onInvalidation(invalidation);
    for (const { key, version } of invalidation.rows) this.#bury(key, version);
    for (const name of invalidation.generations) this.#generations.delete(name);
  }

  async drop(key: string): Promise<void> {
    this.#cells.delete(key);
  }

  async inspect({ key }: Query): Promise<Inspection | undefined> {
    const cell = this.#find(key);
    if (!cell) return undefined;
    const { entry, version, expires } = cell;
    const kind = entry ? (entry.body ? 'value' : 'absent') : version > 0 ? 'tombstone' : 'mark';
    const ttlMs = expires - this.#clock.monotonic();
    const octets = entry?.body?.length ?? 0;
    return {
      kind,
      version,
      etag: entry?.etag ?? '',
      octets,
      ttlMs,
      current: entry !== undefined && this.#isCurrent(cell),
    };
  }

  #good({ key, minVersion = 0 }: Query): Entry | undefined {
    const entry = this.peek(key);
    return entry && entry.version >= minVersion ? entry : undefined;
  }

  #fill(
    { key, within = NOWHERE }: Query,
    entry: Entry,
    claim: { nonce: number; stamp: readonly number[]; ttlMs: number },
  ): FillResult {
    const { nonce, stamp, ttlMs } = claim;
    const cell = this.#find(key);
    if (cell?.nonce !== nonce || !isSame(stamp, this.#stampOf(within))) return 'void';
    if (cell.version > entry.version) return 'older';
    const { version } = entry;
    const stored = this.#put(key, { entry: detached(entry), version, nonce, within, stamp }, ttlMs);
    return stored ? 'stored' : 'full';
  }

  #mark(key: string): number {
    const nonce = ++this.#nonce;
    this.#put(key, { entry: undefined, version: 0, nonce, within: NOWHERE, stamp: [] }, this.#times.load);
    return nonce;
  }

  #bury(key: string, version: number): void {
    const cell = this.#find(key);
    if (cell && cell.version >= version) return;
    const nonce = ++this.#nonce;
    this.#put(key, { entry: undefined, version, nonce, within: NOWHERE, stamp: [] }, this.#times.tombstone);
  }

  #put(key: string, cell: Omit<Cell, 'expires' | 'octets'>, ttlMs: number): boolean {
    const expires = this.#clock.monotonic() + ttlMs;
    return this.#cells.set(key, { ...cell, expires, octets: octetsOf(key, cell.within, cell.entry) });
  }

  #find(key: string): Cell | undefined {
    const cell = this.#cells.get(key);
    if (!cell || cell.expires > this.#clock.monotonic()) return cell;
    this.#cells.delete(key);
    return undefined;
  }

  #isCurrent({ within, stamp }: Cell): boolean {
    return within.every((name, i) => this.#generations.get(name) === stamp[i]);
  }

  #stampOf(within: readonly string[]): (number | undefined)[] {
    return within.map((name) => this.#generations.get(name));
  }

  #generation(name: string): number {
    const known = this.#generations.get(name);
    if (known !== undefined) return known;
    if (this.#generations.size >= MAX_GENERATIONS) this.#generations.clear();
    const nonce = ++this.#nonce;
    this.#generations.set(name, nonce);
    return nonce;
  }
}

function isSame(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return a.every((nonce, i) => nonce === b[i]);
}
