import type { EntityManager } from 'typeorm';
import type { Page } from '#libs/http';

export { isUniqueViolation } from './errors.js';

/** A value in SQL that the stores take as it is. */
export type SqlValue = string | number | bigint | Buffer | null;

/** A SELECT that all stores understand, with `?` for each of its values. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** The rows of a page, and how many all pages have. */
export type RowsOfPage<Row> = Pick<Page<Row>, 'items' | 'total'>;

/** What the stores spell differently. */
export interface Dialect {
  /** Ends a SELECT in a transaction: the rows stay as they are until it ends. Nothing where one transaction runs at a time. */
  readonly lockForRead: string;
  /**
   * Lets one transaction at a time write the search index, until it ends; undefined where that is so anyway. InnoDB's index
   * loses words when texts are committed in another order than they were written in.
   */
  readonly lockSearch: string | undefined;
  /** Adds a row to the search index, `?` its article's id and `?` its bigrams, with the same lock. */
  readonly insertSearch: string;
  /** The condition that the column `bigrams` of the search index holds a phrase, `?`. */
  readonly matchesPhrase: string;
  /** Counts the row `?` of blog_counter up; `countUp` in rows.ts knows how the new value comes back. */
  readonly countUp: string;
  /** The time by the store's own clock, in milliseconds since 1970. */
  readonly nowMs: string;
}

/** A value that is written into a statement as it is: a number, or letters, digits, `_`, `-` and blanks of ASCII. */
export type PlainValue = number | string;

/** What a statement at the end of a transaction did, once that is committed. */
export interface Ended {
  /** As `QueryResult.raw` of TypeORM. */
  raw: unknown;
}

/**
 * Says what a transaction ends with, after all else that is done in it. A store that is asked over a network is sent it with the commit: locks
 * that are taken by it are held for no way there and back.
 *
 * @param sql a statement with `?` for each value
 */
export type AtEnd = (sql: string, values: readonly PlainValue[]) => Ended;

/** What is done in a transaction. */
export type Work<T> = (manager: EntityManager, atEnd: AtEnd) => Promise<T>;

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
   * Reads the rows of a page, and counts those of all pages. SQLite does both in one state of the database; elsewhere somebody may commit in
   * between.
   *
   * @param count a SELECT of one row with the column `total`
   * @throws Problem 503 when the store cannot answer at the moment
   */
  page<Row>(rows: Statement, count: Statement): Promise<RowsOfPage<Row>>;
  /**
   * Runs `work` in a transaction: all of it is stored when the promise resolves, and nothing of it when it rejects.
   * `work` must use the manager that it is given, and may be run again when another transaction was in its way.
   *
   * @throws Problem 503 when the store cannot write at the moment
   */
  write<T>(work: Work<T>): Promise<T>;
  /** What it reads by, and what it writes by. */
  readonly pools: { readonly read: PoolCounts; readonly write: PoolCounts };
  /** Throws when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
