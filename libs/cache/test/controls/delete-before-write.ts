import type { Entry, Load, Query } from '../../src/entry.js';
import { readAside, type Committed, type Design, type PlainCache } from './design.js';

/** B: the writer deletes, then writes. A reader in between stores the old value again. */
export class DeleteBeforeWrite implements Design {
  constructor(private readonly cache: PlainCache) {}

  read(query: Query, load: Load): Promise<Entry> {
    return readAside(this.cache, query, load);
  }

  async write(key: string, commit: () => Promise<Committed>): Promise<boolean> {
    await this.cache.delete(key);
    await commit();
    return true;
  }
}
