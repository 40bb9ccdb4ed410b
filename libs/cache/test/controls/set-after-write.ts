import type { Entry, Load, Query } from '../../src/entry.js';
import { readAside, type Committed, type Design, type PlainCache } from './design.js';

/** A: the writer stores the new value. Two of them may store theirs in another order than they committed. */
export class SetAfterWrite implements Design {
  constructor(private readonly cache: PlainCache) {}

  read(query: Query, load: Load): Promise<Entry> {
    return readAside(this.cache, query, load);
  }

  async write(key: string, commit: () => Promise<Committed>): Promise<boolean> {
    const { entry } = await commit();
    await this.cache.set(key, entry);
    return true;
  }
}
