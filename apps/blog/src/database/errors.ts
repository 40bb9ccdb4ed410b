import { QueryFailedError } from 'typeorm';
import { HTTP_PROBLEMS, Problem } from '#libs/http';

/** More wait for a connection than would be served within a useful time. */
export class DatabaseBusyError extends Error {}

/** What a driver tells of a failure. */
interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  /** mysql2: the connection is of no more use. */
  readonly fatal?: unknown;
}

/** mysql2's code too, where it gives up by itself. */
const NO_ANSWER = 'PROTOCOL_SEQUENCE_TIMEOUT';

/** A store that is away, full or locked: the same request may well succeed a little later. */
const PASSING = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['PROTOCOL_CONNECTION_LOST', NO_ANSWER, 'ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS'],
  ...[
    'ER_ACCESS_DENIED_ERROR',
    'ER_SERVER_SHUTDOWN',
    'ER_OPTION_PREVENTS_STATEMENT',
    'ER_DISK_FULL',
    'ER_RECORD_FILE_FULL',
  ],
  ...['ER_LOCK_WAIT_TIMEOUT', 'ER_LOCK_DEADLOCK', 'ER_STATEMENT_TIMEOUT', 'ER_QUERY_TIMEOUT', 'ER_QUERY_INTERRUPTED'],
  // MariaDB's full-text index tells this of a search that took longer than max_statement_time, too.
  'HA_ERR_FTS_EXCEED_RESULT_CACHE_LIMIT',
  ...['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED', 'SQLITE_FULL', 'SQLITE_READONLY'],
]);

/** MariaDB's own number for a statement that took longer than max_statement_time: mysql2 has no name for it. */
const MARIADB_STATEMENT_TIMEOUT = 1_969;

const MISSING = new Set(['ER_BAD_NULL_ERROR', 'SQLITE_CONSTRAINT_NOTNULL']);

const DEADLOCKS = new Set(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);
const DUPLICATES = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'ER_DUP_ENTRY']);

/** Whether a write failed because a unique index has the value already. */
export function isUniqueViolation(error: unknown): boolean {
  return DUPLICATES.has(codeOf(error));
}

/** Whether a write failed because a column that needs a value was to have none. */
export function isMissing(error: unknown): boolean {
  return MISSING.has(codeOf(error));
}

/** Whether the store gave up a transaction in favour of another one: it can be run again. */
export function isDeadlock(error: unknown): boolean {
  return DEADLOCKS.has(codeOf(error));
}

/** Whether another process holds SQLite's lock. */
export function isLocked(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** Whether a connection must not be used again: it is broken, or an answer that nobody waits for may still come. */
export function isBroken(error: unknown): boolean {
  return driverError(error).fatal === true || codeOf(error) === NO_ANSWER;
}

/** A statement that was not answered in time. */
export function noAnswer(): Error {
  return Object.assign(new Error('the database did not answer in time'), { code: NO_ANSWER });
}

/**
 * What to tell of a failed statement: a 503 when the store cannot do its work at the moment, else the error as it is, but
 * without the values of the statement, which are not for the log.
 */
export function reportable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  removeValues(error);
  const passing = error instanceof DatabaseBusyError || isBroken(error) || PASSING.has(codeOf(error));
  if (!passing) return error;
  const detail = error instanceof DatabaseBusyError ? error.message : 'the database does not answer';
  return new Problem(HTTP_PROBLEMS.unavailable, { detail, headers: { 'retry-after': '1' }, cause: error });
}

function removeValues(error: Error): void {
  // mysql2 writes the values into the statement that it keeps in the error, and TypeORM copies that and keeps them besides.
  for (const holder of [error, driverError(error)]) Reflect.deleteProperty(holder, 'sql');
  if (error instanceof QueryFailedError) Object.assign(error, { parameters: undefined });
}

function codeOf(error: unknown): string {
  const { code, errno } = driverError(error);
  if (errno === MARIADB_STATEMENT_TIMEOUT) return 'ER_STATEMENT_TIMEOUT';
  return typeof code === 'string' ? code : '';
}

function driverError(error: unknown): DriverError {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return (error ?? {}) as DriverError;
}
