import type { EntityManager } from 'typeorm';
import type { Invalidation, OutboxRow } from '#libs/cache';
import type { Database } from '../database/database.js';
import { insertRow } from '../database/rows.js';
import { EVERYTHING } from './keys.js';
import type { Ledger, Transaction } from './ledger.js';
import { readUnsharedWrites } from './write-count.js';

/** Ids in one statement: well below what SQLite binds. */
const BATCH = 1_000;

const UNTOLD = `SELECT 1 AS untold FROM blog_counter written JOIN blog_counter told ON told.value <> written.value
  WHERE written.name = 'unshared-writes' AND told.name = 'shared-until'`;

interface Row {
  readonly id: number;
  readonly invalidation: string;
  readonly age_ms: number;
}

/** The outbox of a cache that processes share: a row for each write, in the same transaction. */
export class SqlOutbox implements Ledger {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** What was written while no cache was shared, a shared one must hear of before it is used. */
  static async open(database: Database): Promise<SqlOutbox> {
    const outbox = new SqlOutbox(database);
    // Nearly always there is nothing, and then nobody waits for a writer.
    const [found] = await database.select(UNTOLD);
    if (found) await database.write((manager) => outbox.#catchUp(manager));
    return outbox;
  }

  async #catchUp(manager: EntityManager): Promise<void> {
    const count = await readUnsharedWrites(manager);
    const sql = "UPDATE blog_counter SET value = ? WHERE name = 'shared-until' AND value <> ?";
    const { affected } = await manager.queryRunner!.query(sql, [count, count], true);
    if (affected === 1) await this.record({ manager }, EVERYTHING);
  }

  async record({ manager }: Pick<Transaction, 'manager'>, invalidation: Invalidation): Promise<() => number> {
    const id = await insertRow(manager, 'blog_outbox', { invalidation: JSON.stringify(invalidation) });
    return () => id;
  }

  /** A clock that was put back makes no row wait: its age is how far the clock is from when it was written, either way. */
  async pending(limit: number): Promise<OutboxRow[]> {
    const sql = `SELECT id, invalidation, ABS(${this.#database.dialect.nowMs} - written_ms) AS age_ms
      FROM blog_outbox ORDER BY id LIMIT ?`;
    const rows = await this.#database.select<Row>(sql, [limit]);
    return rows.map(({ id, invalidation, age_ms }) => ({
      id,
      invalidation: JSON.parse(invalidation) as Invalidation,
      ageMs: age_ms,
    }));
  }

  async remove(ids: readonly OutboxRow['id'][]): Promise<void> {
    for (let start = 0; start < ids.length; start += BATCH) {
      const some = ids.slice(start, start + BATCH);
      const sql = `DELETE FROM blog_outbox WHERE id IN (${some.map(() => '?').join(', ')})`;
      await this.#database.write((manager) => manager.query(sql, [...some]));
    }
  }
}
