import type { Entry, Load, Query } from '../../src/entry.js';
import type { VersionedCache } from '../../src/versioned-cache.js';
import type { Committed, Design } from './design.js';

/** Ours, as an application uses it. */
export class Versioned implements Design {
  constructor(private readonly cache: VersionedCache) {}

  read(query: Query, load: Load): Promise<Entry> {
    return this.cache.read(query, load);
  }

  async write(_key: string, commit: () => Promise<Committed>): Promise<boolean> {
    const { row } = await commit();
    return this.cache.invalidate(row);
  }
}
