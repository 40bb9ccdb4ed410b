import type { EntityManager } from 'typeorm';

/** A value in SQL that the stores take as it is. */
export type SqlValue = string | number | bigint | Buffer | null;

/** The blog's database, whichever store it is. */
export interface Database {
  /**
   * Reads rows through the store's own driver: it is several times quicker than through TypeORM, and sees only what is
   * committed.
   *
   * @param sql a SELECT that all stores understand, with `?` for each value
   */
  select<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * Runs `work` in a transaction: all of it is stored when the promise resolves, and nothing of it when it rejects.
   * `work` must use the manager that it is given.
   */
  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Whether a write failed because a unique index has the value already. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { driverError?: { code?: unknown } } | null)?.driverError?.code;
  return code === 'SQLITE_CONSTRAINT_UNIQUE';
}
