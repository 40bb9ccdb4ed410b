import { sleep, type Clock } from '#libs/time';
import type { Entry, Load, Query } from '../../src/entry.js';
import { readAside, type Committed, type Design, type PlainCache } from './design.js';

/** How long readers are hoped to take at most, in milliseconds. */
const DELAY_MS = 500;

/** D: C, and a second deletion some time later, for readers who stored the old value meanwhile. Some take longer. */
export class DoubleDelete implements Design {
  constructor(
    private readonly cache: PlainCache,
    private readonly clock: Clock,
  ) {}

  read(query: Query, load: Load): Promise<Entry> {
    return readAside(this.cache, query, load);
  }

  async write(key: string, commit: () => Promise<Committed>): Promise<boolean> {
    await this.cache.delete(key);
    await commit();
    await this.cache.delete(key);
    await sleep(this.clock, DELAY_MS);
    await this.cache.delete(key);
    return true;
  }
}
