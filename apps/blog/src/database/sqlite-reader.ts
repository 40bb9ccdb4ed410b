import Sqlite from 'better-sqlite3';
import type { SqlValue } from './database.js';

/**
 * A connection to a database file that only reads.
 *
 * What is read in one turn of the event loop is read in one transaction: to lock SQLite's file and unlock it takes longer than to find a row.
 * What another process commits meanwhile is seen from the next turn on. Whoever has heard of that and asks then is as a rule not read from
 * their socket before, and in no case is it later than other processes hear of writes anyway. `refresh` is for those of this process.
 */
export class SqliteReader {
  readonly #connection: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();
  readonly #begin: Sqlite.Statement;
  readonly #commit: Sqlite.Statement;
  readonly #dataVersion: Sqlite.Statement;
  readonly #endTurn = () => this.refresh();
  #isReading = false;
  /** Of the transaction, once somebody wanted to know. */
  #version: number | undefined;

  /**
   * @param file a database in WAL mode
   * @param busyTimeoutMs how long SQLite itself waits for a lock
   */
  constructor(file: string, busyTimeoutMs: number) {
    this.#connection = new Sqlite(file, { readonly: true, timeout: busyTimeoutMs });
    this.#begin = this.#connection.prepare('BEGIN');
    this.#commit = this.#connection.prepare('COMMIT');
    this.#dataVersion = this.#connection.prepare('PRAGMA data_version').pluck();
  }

  /** All rows of a SELECT. */
  all(sql: string, values: readonly SqlValue[]): unknown[] {
    this.#beginTurn();
    return this.#statement(sql).all(...values);
  }

  /** Changes whenever what can be read changes. */
  version(): number {
    this.#beginTurn();
    return (this.#version ??= this.#dataVersion.get() as number);
  }

  /** What is read from now on is read anew. */
  refresh(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    // After some errors SQLite has ended it by itself.
    if (this.#connection.inTransaction) this.#commit.run();
  }

  close(): void {
    this.refresh();
    this.#connection.close();
  }

  #beginTurn(): void {
    if (this.#isReading) return;
    this.#begin.run();
    this.#isReading = true;
    this.#version = undefined;
    setImmediate(this.#endTurn);
  }

  #statement(sql: string): Sqlite.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connection.prepare(hideValues(sql));
      this.#statements.set(sql, statement);
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
