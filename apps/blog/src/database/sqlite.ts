import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { DataSource, type EntityManager } from 'typeorm';
import { StartError } from '#libs/supervisor';
import type { Database, Dialect, PoolCounts, RowsOfPage, SqlValue, Statement, Work } from './database.js';
import { Ending } from './ending.js';
import { DatabaseBusyError, isLocked, reportable } from './errors.js';
import { KeptCounts } from './kept-counts.js';
import { quiet } from './quiet.js';
import { ENTITIES, MIGRATIONS } from './schema.js';

/** What is made here: password hashes are for nobody else. */
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;

/** How long SQLite itself waits for a lock, in milliseconds: it blocks the event loop meanwhile. */
const BUSY_TIMEOUT_MS = 2_000;

/** How long a transaction waits for one of another process, in milliseconds, without blocking anything. */
const TRANSACTION_WAIT_MS = 2_000;
/** The same at the start, when another process may be migrating. */
const MIGRATION_WAIT_MS = 60_000;
const RETRY_EACH_MS = 5;
/** After so many milliseconds of one transaction after another there is a pause, in which another process finds the lock free. */
const STRETCH_MS = 250;
const PAUSE_MS = 2 * RETRY_EACH_MS;

/** How many transactions may wait for their turn. */
const QUEUE_LIMIT = 200;

/**
 * Opens the database file, made when absent, and brings its tables up to date.
 *
 * Two connections: one that writes, a transaction at a time, and one that only reads, so that a reader never sees the half
 * of a transaction. In WAL mode neither waits for the other.
 *
 * @param file where the database is; its folder is made when absent
 * @throws StartError when the file cannot be opened or is no database
 */
export async function openSqlite(file: string): Promise<Database> {
  const writer = new DataSource({
    type: 'better-sqlite3',
    database: file,
    timeout: BUSY_TIMEOUT_MS,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'blog_migration',
    logger: quiet,
    prepareDatabase: (connection: Sqlite.Database) => prepare(connection),
  });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
    // SQLite gives the files beside it the mode that this one has.
    closeSync(openSync(file, 'a', OWNER_ONLY));
    await writer.initialize();
    await migrate(writer);
    return new SqliteDatabase(writer, new Sqlite(file, { readonly: true, timeout: BUSY_TIMEOUT_MS }));
  } catch (error) {
    if (writer.isInitialized) await writer.destroy();
    const { message } = error as Error;
    throw new StartError(`the database ${file} cannot be opened: ${message}`, { cause: error });
  }
}

function prepare(connection: Sqlite.Database): void {
  connection.pragma('journal_mode = WAL');
  // FULL: a write that was answered survives a power cut. WAL's usual NORMAL may lose the last ones, and writes are few here.
  connection.pragma('synchronous = FULL');
}

/** Of processes that start at once one migrates, in a transaction that keeps the others waiting. */
async function migrate(writer: DataSource): Promise<void> {
  // From here on who waits does so below.
  await writer.query('PRAGMA busy_timeout = 0');
  if (await isUpToDate(writer)) return;
  await transact(writer, MIGRATION_WAIT_MS, () => writer.runMigrations({ transaction: 'none' }));
}

/** Whether all migrations have run: then a start need not wait for whoever writes at the moment. */
async function isUpToDate(writer: DataSource): Promise<boolean> {
  const tables: unknown[] = await writer.query("SELECT 1 FROM sqlite_master WHERE name = 'blog_migration'");
  if (tables.length === 0) return false;
  const [row] = (await writer.query('SELECT COUNT(*) AS done FROM blog_migration')) as [{ done: number }];
  return row.done >= MIGRATIONS.length;
}

/** Transactions run one at a time: nothing needs to be locked. */
const DIALECT: Dialect = {
  lockForRead: '',
  lockSearch: undefined,
  insertSearch: 'INSERT INTO blog_article_search (rowid, bigrams) VALUES (?, ?)',
  matchesPhrase: 'bigrams MATCH ?',
  countUp: 'UPDATE blog_counter SET value = value + 1 WHERE name = ? RETURNING value',
  nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
};

class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  private readonly statements = new Map<string, Sqlite.Statement>();
  private readonly counts = new KeptCounts();
  /** In one transaction, and so in one state of the database. */
  private readonly readPage: (rows: Statement, count: Statement) => RowsOfPage<unknown>;
  private lastWrite: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private writing = 0;
  /** Since when it writes without a pause, in the time of `performance.now()`. */
  private since = 0;

  constructor(
    private readonly writer: DataSource,
    private readonly reader: Sqlite.Database,
  ) {
    this.readPage = reader.transaction((rows: Statement, count: Statement) => ({
      items: this.statement(rows.sql).all(...rows.values),
      total: this.count(count),
    }));
  }

  async select<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    try {
      return this.statement(sql).all(...values) as Row[];
    } catch (error) {
      throw reportable(error);
    }
  }

  async page<Row>(rows: Statement, count: Statement): Promise<RowsOfPage<Row>> {
    try {
      return this.readPage(rows, count) as RowsOfPage<Row>;
    } catch (error) {
      throw reportable(error);
    }
  }

  async write<T>(work: Work<T>): Promise<T> {
    if (this.waiting === QUEUE_LIMIT) throw reportable(new DatabaseBusyError('too many wait for the database'));
    if (this.waiting === 0 && this.writing === 0) this.since = performance.now();
    this.waiting += 1;
    const turn = this.lastWrite.then(async () => {
      this.waiting -= 1;
      this.writing = 1;
      await this.giveWay();
      return transact(this.writer, TRANSACTION_WAIT_MS, work);
    });
    this.lastWrite = turn.catch(() => {}).then(() => (this.writing = 0));
    try {
      return await turn;
    } catch (error) {
      throw reportable(error);
    }
  }

  /** Another process looks for its turn from time to time, and would hardly find one while this one always has the next transaction ready. */
  private async giveWay(): Promise<void> {
    if (performance.now() - this.since < STRETCH_MS) return;
    await setTimeout(PAUSE_MS);
    this.since = performance.now();
  }

  get pools(): { read: PoolCounts; write: PoolCounts } {
    return {
      // A read is over before anybody else could ask.
      read: { open: 1, idle: 1, waiting: 0 },
      write: { open: 1, idle: 1 - this.writing, waiting: this.waiting },
    };
  }

  async check(): Promise<void> {
    this.reader.prepare('SELECT 1').get();
  }

  async close(): Promise<void> {
    await this.lastWrite;
    this.reader.close();
    await this.writer.destroy();
  }

  /** Counts again only when something was committed since: that takes as long as there are rows. */
  private count({ sql, values }: Statement): number {
    const { data_version } = this.statement('PRAGMA data_version').get() as { data_version: number };
    const count = () => this.statement(sql).get(...values) as { total: number };
    const key = values.length === 0 ? sql : sql + JSON.stringify(values);
    return this.counts.at(data_version, key, () => count().total);
  }

  private statement(sql: string): Sqlite.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.reader.prepare(hideValues(sql));
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Puts each value into a subquery of its own. SQLite plans a statement of several tables anew whenever a value is bound that the plan could
 * depend on, which takes five times as long as running it; into a subquery it does not look.
 *
 * @see https://sqlite.org/c3ref/prepare.html on recompiling
 */
function hideValues(sql: string): string {
  return sql.replaceAll('?', '(SELECT ?)');
}

async function transact<T>(source: DataSource, waitMs: number, work: Work<T>): Promise<T> {
  const runner = source.createQueryRunner();
  const { manager } = runner;
  await begin(manager, performance.now() + waitMs);
  try {
    const ending = new Ending();
    const result = await work(manager, ending.atEnd);
    for (const { sql, values, ended } of ending.statements) {
      ended.raw = (await runner.query(sql, [...values], true)).raw;
    }
    await manager.query('COMMIT');
    return result;
  } catch (error) {
    // Some errors, such as a full disk, have rolled back by themselves: then this fails, and the first error is the one to tell.
    await manager.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** IMMEDIATE: a transaction that reads before it writes cannot find that another process was quicker. */
async function begin(manager: EntityManager, deadline: number): Promise<void> {
  for (;;) {
    try {
      return void (await manager.query('BEGIN IMMEDIATE'));
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
    await setTimeout(RETRY_EACH_MS);
  }
}
