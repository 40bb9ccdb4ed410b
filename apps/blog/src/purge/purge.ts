import type { EntityManager } from 'typeorm';
import type { Database, Dialect } from '../database/database.js';

/** How many rows a transaction deletes: it keeps others from writing for no longer than a moment. */
const BATCH = 100;

/** How much there is, or was, to be purged. */
export interface Purged {
  readonly articles: number;
  readonly tags: number;
  /** Answers kept for idempotency keys. */
  readonly answers: number;
  readonly sessions: number;
}

/** Times are Unix seconds. */
export interface PurgeOptions {
  /** What was deleted until then goes for good. */
  readonly before: number;
  /** What has ended by then goes as well. */
  readonly now: number;
}

interface Kind {
  readonly table: string;
  readonly condition: string;
  readonly values: (options: PurgeOptions) => number[];
  /** What goes first, given the ids. */
  readonly first?: (manager: EntityManager, ids: readonly unknown[], dialect: Dialect) => Promise<void>;
}

/** Articles before tags, as a tag stays for as long as an article names it, deleted or not. */
const KINDS: Readonly<Record<keyof Purged, Kind>> = {
  articles: {
    table: 'blog_article',
    condition: 'deleted_on BETWEEN 1 AND ?',
    values: ({ before }) => [before],
    first: removeFromSearch,
  },
  tags: {
    table: 'blog_tag',
    condition: `deleted_on BETWEEN 1 AND ? AND NOT EXISTS (
      SELECT 1 FROM blog_article a WHERE a.tag_id = blog_tag.id AND a.deleted_on NOT BETWEEN 1 AND ?)`,
    values: ({ before }) => [before, before],
  },
  answers: { table: 'blog_answer', condition: 'expires_on <= ?', values: ({ now }) => [now] },
  // Their refresh tokens go with them.
  sessions: { table: 'blog_session', condition: 'expires_on <= ?', values: ({ now }) => [now] },
};

/** Counts what `purge` would delete. */
export function countPurgeable(database: Database, options: PurgeOptions): Promise<Purged> {
  return forEachKind(async ({ table, condition, values }) => {
    const sql = `SELECT COUNT(*) AS total FROM ${table} WHERE ${condition}`;
    const [row] = await database.select<{ total: number }>(sql, values(options));
    return row!.total;
  });
}

/**
 * Deletes for good what was deleted long ago, and what has ended. It goes batch by batch: cut off, it has deleted a part, and
 * can be run again.
 *
 * @returns how much it has deleted
 */
export function purge(database: Database, options: PurgeOptions): Promise<Purged> {
  return forEachKind(async (kind) => {
    let total = 0;
    for (;;) {
      const deleted = await database.write((manager) => deleteBatch(manager, kind, options, database.dialect));
      total += deleted;
      if (deleted < BATCH) return total;
    }
  });
}

async function deleteBatch(
  manager: EntityManager,
  { table, condition, values, first }: Kind,
  options: PurgeOptions,
  dialect: Dialect,
): Promise<number> {
  const sql = `SELECT id FROM ${table} WHERE ${condition} LIMIT ${BATCH}${dialect.lockForRead}`;
  const rows = (await manager.query(sql, values(options))) as { id: unknown }[];
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await first?.(manager, ids, dialect);
  await manager.query(`DELETE FROM ${table} WHERE id IN (${placesOf(ids)})`, ids);
  return rows.length;
}

async function removeFromSearch(
  manager: EntityManager,
  ids: readonly unknown[],
  { lockSearch }: Dialect,
): Promise<void> {
  if (lockSearch !== undefined) await manager.query(lockSearch);
  await manager.query(`DELETE FROM blog_article_search WHERE rowid IN (${placesOf(ids)})`, [...ids]);
}

async function forEachKind(count: (kind: Kind) => Promise<number>): Promise<Purged> {
  return {
    articles: await count(KINDS.articles),
    tags: await count(KINDS.tags),
    answers: await count(KINDS.answers),
    sessions: await count(KINDS.sessions),
  };
}

function placesOf(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
