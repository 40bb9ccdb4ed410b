import type { Entry, Load, Query } from '../../src/entry.js';
import { readAside, type Committed, type Design, type PlainCache } from './design.js';

/** C: plain cache-aside. A reader who read the old value may store it after the writer has deleted. */
export class DeleteAfterWrite implements Design {
  constructor(private readonly cache: PlainCache) {}

  read(query: Query, load: Load): Promise<Entry> {
    return readAside(this.cache, query, load);
  }

  async write(key: string, commit: () => Promise<Committed>): Promise<boolean> {
    await commit();
    await this.cache.delete(key);
    return true;
  }
}
