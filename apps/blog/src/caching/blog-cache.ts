import { newCache, type CacheSettings, type VersionedCache } from '#libs/cache';
import type { Config } from '#libs/config';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import type { Database } from '../database/database.js';
import { sharedSecret } from '../database/secrets.js';
import { CachedReads } from './cached-reads.js';
import { Publisher } from './publisher.js';
import { SqlOutbox } from './sql-outbox.js';
import { WriteCount } from './write-count.js';

/** What the blog needs of a cache. */
export type BlogCache = Pick<VersionedCache, 'read' | 'peek' | 'invalidate' | 'start' | 'stop' | 'counters'>;

/** Makes the cache of one process. */
export type MakeCache = (settings: CacheSettings) => BlogCache;

export interface CachingOptions {
  readonly config: Pick<Config, 'blog' | 'redis'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something else than `newCache`: how the tests find out what another design, or one that is cut off, would do. */
  readonly makeCache?: MakeCache | undefined;
}

/** Octets of the name that a database goes by in Redis. */
const NAME_OCTETS = 9;

/** A cache, and how it is read and written through. */
export interface Caching {
  readonly cache: BlogCache;
  readonly reads: CachedReads;
  readonly publisher: Publisher;
}

/** Makes the cache that `[redis] url` asks for. It is still to be started. */
export async function openCaching(options: CachingOptions): Promise<Caching> {
  const { config, database, clock, log, makeCache = newCache } = options;
  const { url } = config.redis;
  const ledger = url === '' ? await WriteCount.open(database, clock) : await SqlOutbox.open(database);
  const prefix = await prefixFor(database);
  const cache = makeCache({ url, prefix, octets: config.blog.cache_size, outbox: ledger, clock, log });
  return { cache, reads: new CachedReads(cache), publisher: new Publisher({ database, cache, ledger }) };
}

/** What all names in Redis begin with: blogs over other databases may use the same server. */
export async function prefixFor(database: Database): Promise<string> {
  const name = await sharedSecret(database, 'cache');
  return `signpost:blog:${name.subarray(0, NAME_OCTETS).toString('base64url')}:`;
}
