import type { Entry, Load, Query } from '../../src/entry.js';
import type { OutboxRow } from '../../src/outbox.js';

/** What a transaction has done once it is committed. */
export interface Committed {
  readonly row: OutboxRow;
  /** The row as it is now. */
  readonly entry: Entry;
}

/** A way to keep a cache in front of a database, as the proof sees it: ours, and the ones that it must find fault with. */
export interface Design {
  read(query: Query, load: Load): Promise<Entry>;
  /** Resolves when the write may be acknowledged. @returns whether every cache was told */
  write(key: string, commit: () => Promise<Committed>): Promise<boolean>;
}

/** A cache that does what it is told: what the usual designs are built on. */
export interface PlainCache {
  get(key: string): Promise<Entry | undefined>;
  set(key: string, entry: Entry): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Cache-aside: how all of the usual designs read. */
export async function readAside(cache: PlainCache, { key }: Query, load: Load): Promise<Entry> {
  const held = await cache.get(key);
  if (held) return held;
  const entry = await load();
  await cache.set(key, entry);
  return entry;
}
