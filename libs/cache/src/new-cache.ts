import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { MemoryStore } from './memory/memory-store.js';
import type { Outbox } from './outbox.js';
import { RedisStore } from './redis/redis-store.js';
import type { CacheTimes } from './times.js';
import { VersionedCache } from './versioned-cache.js';

export interface CacheSettings {
  /** `redis://:password@host:6379/0`; empty: the memory of this process alone. */
  readonly url: string;
  /** What all names in Redis begin with. */
  readonly prefix: string;
  /** The most octets that this process keeps. */
  readonly octets: number;
  /**
   * What was written and not told yet. For a cache in the memory of this process: what others have written, which is told to all of
   * them, and `isInTouch` says whether it was looked at a moment ago.
   */
  readonly outbox: Outbox & { readonly isInTouch?: () => boolean };
  readonly clock: Clock;
  readonly log: Logger;
  readonly times?: Partial<CacheTimes>;
}

/** Makes a cache in Redis with a copy of what is hot in this process, or in this process alone. */
export function newCache({ url, prefix, octets, outbox, clock, log, times = {} }: CacheSettings): VersionedCache {
  if (url === '') {
    const store = new MemoryStore({ clock, octets, times, isInTouch: outbox.isInTouch?.bind(outbox) });
    return new VersionedCache({ store, outbox, clock, log, nearOctets: 0, times });
  }
  const store = new RedisStore({ url, prefix, clock, log, times });
  return new VersionedCache({ store, outbox, clock, log, nearOctets: octets, times });
}
