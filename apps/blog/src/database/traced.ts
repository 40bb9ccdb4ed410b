import type { Tracing } from '#libs/observability';
import type { Database, Dialect, RowsOfPage, SqlValue, Statement, Work } from './database.js';

/**
 * A database whose reads and transactions are steps of the request that caused them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/ for the names
 */
export class TracedDatabase implements Database {
  readonly #database: Database;
  readonly #tracing: Tracing;
  readonly #system: { readonly 'db.system.name': string };

  /** @param system `sqlite` or `mysql` */
  constructor(database: Database, tracing: Tracing, system: string) {
    this.#database = database;
    this.#tracing = tracing;
    this.#system = { 'db.system.name': system };
  }

  get dialect(): Dialect {
    return this.#database.dialect;
  }

  get pools(): Database['pools'] {
    return this.#database.pools;
  }

  select<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#read(sql, () => this.#database.select<Row>(sql, values));
  }

  page<Row>(rows: Statement, count: Statement): Promise<RowsOfPage<Row>> {
    return this.#read(`${rows.sql}; ${count.sql}`, () => this.#database.page<Row>(rows, count));
  }

  write<T>(work: Work<T>): Promise<T> {
    return this.#tracing.step('transaction', this.#system, () => this.#database.write(work));
  }

  check(): Promise<void> {
    return this.#database.check();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #read<T>(sql: string, read: () => Promise<T>): Promise<T> {
    // The statement holds a ? for each value.
    const attributes = { ...this.#system, 'db.operation.name': 'SELECT', 'db.query.text': sql };
    return this.#tracing.step('SELECT', attributes, read);
  }
}
