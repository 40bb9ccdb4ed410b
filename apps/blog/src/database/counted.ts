import { Histogram, type HistogramCounts } from '#libs/observability';
import type { Database, Dialect, RowsOfPage, SqlValue, Statement, Work } from './database.js';

/** Upper bounds of the buckets, in seconds: from a row of SQLite's to a statement that is given up. */
const BOUNDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 6];

/** What was asked of the database. */
export interface DatabaseCounts {
  readonly seconds: HistogramCounts;
  readonly failed: number;
}

class Counts implements DatabaseCounts {
  readonly seconds = new Histogram(BOUNDS);
  failed = 0;

  /** Waits for `work`, and counts how long it took and whether it failed. */
  async count<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work;
    } catch (error) {
      this.failed += 1;
      throw error;
    } finally {
      this.seconds.add((performance.now() - began) / 1_000);
    }
  }
}

/** A database that counts what is asked of it: reads, and transactions with all that is done in them. */
export class CountedDatabase implements Database {
  readonly #database: Database;
  readonly #reads = new Counts();
  readonly #writes = new Counts();

  constructor(database: Database) {
    this.#database = database;
  }

  get counts(): { readonly read: DatabaseCounts; readonly write: DatabaseCounts } {
    return { read: this.#reads, write: this.#writes };
  }

  get dialect(): Dialect {
    return this.#database.dialect;
  }

  get pools(): Database['pools'] {
    return this.#database.pools;
  }

  select<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#reads.count(this.#database.select<Row>(sql, values));
  }

  page<Row>(rows: Statement, count: Statement): Promise<RowsOfPage<Row>> {
    return this.#reads.count(this.#database.page<Row>(rows, count));
  }

  write<T>(work: Work<T>): Promise<T> {
    return this.#writes.count(this.#database.write(work));
  }

  check(): Promise<void> {
    return this.#database.check();
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
