import type { Config } from '#libs/config';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import type { Revocations } from './auth/revocations.js';
import type { TokenKeys } from './auth/token-keys.js';
import type { BlogCache } from './caching/blog-cache.js';
import type { CachedReads } from './caching/cached-reads.js';
import type { Publisher } from './caching/publisher.js';
import type { Database } from './database/database.js';
import type { Answers } from './idempotency/answers.js';
import type { LimitStores } from './limits/limit-stores.js';
import type { Lists } from './lists/list.js';
import type { Accounts } from './users/accounts.js';

/** What is opened before Nest is built, and what its modules build their classes from. */
export interface BlogParts {
  readonly config: Pick<Config, 'auth' | 'blog' | 'limits' | 'redis'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly cache: BlogCache;
  /** How articles and tags are read, */
  readonly reads: CachedReads;
  /** and written. */
  readonly publisher: Publisher;
  readonly lists: Lists;
  readonly answers: Answers;
  readonly keys: TokenKeys;
  readonly revocations: Revocations;
  readonly accounts: Accounts;
  readonly limits: LimitStores;
}

/** By which a module asks for the parts. */
export const BLOG = Symbol('blog parts');
