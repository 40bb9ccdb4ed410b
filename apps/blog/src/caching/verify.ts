import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry, VersionedCache } from '#libs/cache';
import { loadArticle } from '../articles/article.load.js';
import type { Database } from '../database/database.js';
import { loadTag } from '../tags/tag.load.js';
import { articleKey, queryOf, tagKey } from './keys.js';

/** A row that the cache shows otherwise than the database. */
export interface Difference {
  readonly key: string;
  readonly cached: Entry;
  readonly stored: Entry;
}

/** What a comparison of the cache with the database has found. Lists are not looked at: nobody knows which there are. */
export interface Verification {
  /** Rows in the database, deleted ones too, and those of them that are in the cache. */
  readonly rows: number;
  readonly cached: number;
  readonly differences: readonly Difference[];
}

/** How long the cache may be behind, in milliseconds: what differs for longer is wrong. */
const BOUND_MS = 2_000;

const BATCH = 500;

const KINDS = [
  { table: 'blog_article', toKey: articleKey, load: loadArticle },
  { table: 'blog_tag', toKey: tagKey, load: loadTag },
] as const;

type Kind = (typeof KINDS)[number];

/**
 * Compares what the cache holds of each row with the database. What differs is looked at again after a while: it may have been written
 * just then.
 *
 * @throws StoreUnavailableError
 */
export async function verifyCache(database: Database, cache: Pick<VersionedCache, 'look'>): Promise<Verification> {
  let [rows, cached] = [0, 0];
  const suspects: (() => Promise<Difference | undefined>)[] = [];
  for (const kind of KINDS) {
    for await (const id of idsOf(database, kind.table)) {
      const compare = () => compareRow(database, cache, kind, id);
      const difference = await compare();
      rows += 1;
      if (difference) cached += 1;
      if (difference && isDifferent(difference)) suspects.push(compare);
    }
  }
  if (suspects.length > 0) await sleep(BOUND_MS);
  const again = await Promise.all(suspects.map((compare) => compare()));
  return { rows, cached, differences: again.filter((found) => found !== undefined).filter(isDifferent) };
}

/** @returns undefined for a row that is not in the cache */
async function compareRow(
  database: Database,
  cache: Pick<VersionedCache, 'look'>,
  { toKey, load }: Kind,
  id: number,
): Promise<Difference | undefined> {
  const key = toKey(id);
  const cached = await cache.look(queryOf(key));
  return cached && { key, cached, stored: await load(database, id, undefined) };
}

function isDifferent({ cached, stored }: Difference): boolean {
  if (cached.version !== stored.version || cached.etag !== stored.etag) return true;
  return !(cached.body ?? Buffer.alloc(0)).equals(stored.body ?? Buffer.alloc(0));
}

async function* idsOf(database: Database, table: string): AsyncGenerator<number> {
  for (let last = 0; ;) {
    const sql = `SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`;
    const rows = await database.select<{ id: number }>(sql, [last, BATCH]);
    for (const { id } of rows) yield id;
    if (rows.length < BATCH) return;
    last = rows.at(-1)!.id;
  }
}
