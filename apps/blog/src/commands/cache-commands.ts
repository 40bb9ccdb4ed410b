import { setTimeout as sleep } from 'node:timers/promises';
import { newCache, type Inspection, type VersionedCache } from '#libs/cache';
import type { Config } from '#libs/config';
import { createLogger } from '#libs/observability';
import { StoreUnavailableError } from '#libs/redis';
import { CommandError, type Invocation, type SubCommand } from '#libs/supervisor';
import { systemClock } from '#libs/time';
import { prefixFor } from '../caching/blog-cache.js';
import { isKey, queryOf } from '../caching/keys.js';
import { SqlOutbox } from '../caching/sql-outbox.js';
import { verifyCache, type Difference } from '../caching/verify.js';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open.js';

/** How long Redis is waited for, in milliseconds. */
const PATIENCE_MS = 3_000;
const LOOK_EACH_MS = 10;

/** What is in the cache that processes share, also while they run. */
export const CACHE_COMMANDS: readonly SubCommand[] = [
  {
    name: 'cache inspect',
    usage: 'KEY',
    summary: 'show what is known of article:7, tag:3, list:...',
    operands: 1,
    run: inspect,
  },
  { name: 'cache drop', usage: 'KEY', summary: 'forget it, in all processes', operands: 1, run: drop },
  { name: 'cache verify', usage: '', summary: 'compare articles and tags with the database', operands: 0, run: verify },
];

async function inspect({ config, operands }: Invocation): Promise<void> {
  const key = keyOf(operands);
  await withCache(config, async (cache) => {
    const found = await cache.inspect(queryOf(key));
    if (!found) throw new CommandError(`nothing is known of ${key}`);
    tell(describeEntry(found));
  });
}

async function drop({ config, operands }: Invocation): Promise<void> {
  const key = keyOf(operands);
  await withCache(config, async (cache) => {
    await cache.drop(key);
    tell(`${key} is forgotten`);
  });
}

async function verify({ config }: Invocation): Promise<void> {
  await withCache(config, async (cache, database) => {
    const { rows, cached, differences } = await verifyCache(database, cache);
    for (const difference of differences) tell(describeDifference(difference));
    tell(
      `${cached} of ${rows} articles and tags are in the cache, ${differences.length} of them otherwise than in the database`,
    );
    if (differences.length > 0) throw new CommandError('the cache is not what it should be');
  });
}

function keyOf([key]: readonly string[]): string {
  if (isKey(key!)) return key!;
  throw new CommandError(
    'a key is article:ID, tag:ID or list:AUDIENCE:PATH, such as list:everybody:/api/v1/articles',
    2,
  );
}

function describeEntry({ kind, version, etag, octets, ttlMs, current }: Inspection): string {
  const isEntry = kind === 'value' || kind === 'absent';
  const lines = [
    ['kind', kind],
    ['version', version],
    ...(isEntry
      ? [
          ['etag', etag || '-'],
          ['octets', octets],
          ['in use', current ? 'yes' : 'no: what it shows has changed'],
        ]
      : []),
    ['forgotten', `in ${Math.ceil(ttlMs / 1_000)} s`],
  ];
  return lines.map(([name, value]) => `${String(name).padEnd(10)} ${value}`).join('\n');
}

function describeDifference({ key, cached, stored }: Difference): string {
  const [shown, there] = [cached, stored].map(
    ({ version, etag, body }) => `version ${version} ${body ? etag : '(not shown)'}`,
  );
  const same = shown === there ? ', with other octets' : '';
  return `${key}: the cache has ${shown}, the database ${there}${same}`;
}

/** Opens the shared cache for `work`, and tells in a sentence why it could not be done. */
async function withCache(
  config: Config,
  work: (cache: VersionedCache, database: Database) => Promise<void>,
): Promise<void> {
  const { url } = config.redis;
  if (url === '')
    throw new CommandError('no [redis] url is set: each process keeps its own answers, which nobody else can look at');
  const database = await openDatabase(config.database.url);
  const log = createLogger({ ...config.log, level: 'silent' }, 'cache');
  const outbox = await SqlOutbox.open(database);
  const cache = newCache({ url, prefix: await prefixFor(database), octets: 0, outbox, clock: systemClock, log });
  try {
    await cache.start();
    await untilUsable(cache);
    await work(cache, database);
  } catch (error) {
    throw error instanceof StoreUnavailableError ? new CommandError(`Redis: ${error.message}`) : error;
  } finally {
    await cache.stop();
    await database.close();
  }
}

async function untilUsable(cache: VersionedCache): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; cache.counters.store.state !== 'closed';) {
    if (performance.now() > end) throw new CommandError('Redis does not answer');
    await sleep(LOOK_EACH_MS);
  }
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
