import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DataSource, type EntityManager } from 'typeorm';
import { StartError } from '#libs/supervisor';
import type { Database, SqlValue } from './database.js';
import { ENTITIES, MIGRATIONS } from './schema.js';

/** What is made here: password hashes are for nobody else. */
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;

/** How long a statement waits for another process that writes, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

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
    prepareDatabase: (connection: Sqlite.Database) => prepare(connection),
  });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
    // SQLite gives the files beside it the mode that this one has.
    closeSync(openSync(file, 'a', OWNER_ONLY));
    await writer.initialize();
    await writer.runMigrations({ transaction: 'all' });
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

class SqliteDatabase implements Database {
  private readonly statements = new Map<string, Sqlite.Statement>();
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly writer: DataSource,
    private readonly reader: Sqlite.Database,
  ) {}

  async select<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.statement(sql).all(...values) as Row[];
  }

  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const turn = this.lastWrite.then(() => this.transact(work));
    this.lastWrite = turn.catch(() => {});
    return turn;
  }

  async check(): Promise<void> {
    this.reader.prepare('SELECT 1').get();
  }

  async close(): Promise<void> {
    await this.lastWrite;
    this.reader.close();
    await this.writer.destroy();
  }

  private async transact<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    // IMMEDIATE: a transaction that reads before it writes cannot find that another process was quicker (SQLITE_BUSY).
    await this.writer.query('BEGIN IMMEDIATE');
    try {
      const result = await work(this.writer.manager);
      await this.writer.query('COMMIT');
      return result;
    } catch (error) {
      // Some errors, such as a full disk, have rolled back by themselves: then this fails, and the first error is the one to tell.
      await this.writer.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  private statement(sql: string): Sqlite.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.reader.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
