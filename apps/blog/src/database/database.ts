import type { EntityManager } from 'typeorm';

export { isUniqueViolation } from './errors.js';

/** A value in SQL that the stores take as it is. */
export type SqlValue = string | number | bigint | Buffer | null;

/** What the stores spell differently. */
export interface Dialect {
  /** Ends a SELECT in a transaction: the rows stay as they are until it ends. Nothing where one transaction runs at a time. */
  readonly lockForRead: string;
  /**
   * Lets one transaction at a time write the search index, until it ends; undefined where that is so anyway. InnoDB's index
   * loses words when texts are committed in another order than they were written in.
   */
  readonly lockSearch: string | undefined;
  /** Adds a row to the search index, `?` its article's id and `?` its text, with the same lock. */
  readonly insertSearch: string;
  /** The condition that the column `bigrams` of the search index holds a phrase, `?`. */
  readonly matchesPhrase: string;
  /** Counts the row `?` of blog_counter up; `countUp` in rows.ts knows how the new value comes back. */
  readonly countUp: string;
  /** The time by the store's own clock, in milliseconds since 1970. */
  readonly nowMs: string;
}

/** Connections to a store, at this moment. */
export interface PoolCounts {
  readonly open: number;
  readonly idle: number;
  /** Requests that wait for one. */
  readonly waiting: number;
}

/** The blog's database, whichever store it is. */
export interface Database {
  readonly dialect: Dialect;
  /**
   * Reads rows through the store's own driver: it is several times quicker than through TypeORM, and sees only what is
   * committed.
   *
   * @param sql a SELECT that all stores understand, with `?` for each value
   * @throws Problem 503 when the store cannot answer at the moment
   */
  select<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * Counts rows, of what is committed.
   *
   * @param sql a SELECT of one row with the column `total`
   * @throws Problem 503 when the store cannot answer at the moment
   */
  count(sql: string, values: readonly SqlValue[]): Promise<number>;
  /**
   * Runs `work` in a transaction: all of it is stored when the promise resolves, and nothing of it when it rejects.
   * `work` must use the manager that it is given, and may be run again when another transaction was in its way.
   *
   * @throws Problem 503 when the store cannot write at the moment
   */
  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** What it reads by, and what it writes by. */
  readonly pools: { readonly read: PoolCounts; readonly write: PoolCounts };
  /** Throws when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
