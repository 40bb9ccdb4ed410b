import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { PoolCounts } from './database.js';
import { DatabaseBusyError } from './errors.js';

/** Times in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000;
/** A request that waits longer for a connection is better told to come again. */
const ACQUIRE_TIMEOUT_MS = 3_000;
/** How many requests may wait for a connection. */
const QUEUE_LIMIT = 200;
/** A connection prepares each statement once. The server's limit (16,382 by default) is for all connections together. */
const MAX_PREPARED_STATEMENTS = 100;

const LOCK_WAIT_SECONDS = 3;
const STATEMENT_SECONDS = 5;
/** The server ends a statement before this: only one that hangs or is cut off from us is given up here. */
export const ANSWER_TIMEOUT_MS = 6_000;

/**
 * What holds in every session, whatever the server's own settings are. MariaDB alone reads what stands in `M!`, and MySQL
 * alone what stands in `!80000`.
 */
const SESSION = [
  "sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
  'foreign_key_checks = 1',
  "default_storage_engine = 'InnoDB'",
].join(', ');
const STATEMENT_LIMIT = `/*M! , max_statement_time = ${STATEMENT_SECONDS} */ /*!80000 , max_execution_time = ${STATEMENT_SECONDS}000 */`;
/** Each statement sees what is committed by then: a row that was waited for is read as the other transaction left it. */
const ISOLATION = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';

export interface MysqlPoolOptions {
  /** `mysql://user:password@host:port/database` */
  readonly url: string;
  /** How many connections there are at most. */
  readonly size: number;
  /** Whether a statement is ended after a few seconds. Off for migrations, which may take long. */
  readonly limitStatements: boolean;
  /** Whether each statement is a transaction of its own, as it is on connections that only read. */
  readonly autocommit: boolean;
}

/** Connections to a MySQL or MariaDB server: so many at most, a bounded queue for them, and a limit to every wait. */
export class MysqlPool {
  private readonly pool: Pool;

  constructor(private readonly options: MysqlPoolOptions) {
    this.pool = createPool(poolOptions(options));
    this.pool.on('connection', (connection) => this.prepare(connection));
  }

  /**
   * A connection, to be released or destroyed.
   *
   * @throws DatabaseBusyError when too many wait already or none was free in time
   */
  acquire(): Promise<PoolConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<PoolConnection>();
    let waiting = true;
    const timer = setTimeout(() => {
      waiting = false;
      reject(new DatabaseBusyError('no connection to the database was free in time'));
    }, ACQUIRE_TIMEOUT_MS);
    this.pool.getConnection((error, connection) => {
      clearTimeout(timer);
      if (error) reject(isQueueFull(error) ? new DatabaseBusyError('too many wait for the database') : error);
      else if (waiting) resolve(connection);
      else connection.release();
    });
    return promise;
  }

  get counts(): PoolCounts {
    const {
      _allConnections: all,
      _freeConnections: free,
      _connectionQueue: queue,
    } = this.pool as unknown as PoolQueues;
    return { open: all.length, idle: free.length, waiting: queue.length };
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => this.pool.end((error) => (error ? reject(error) : resolve())));
  }

  private prepare(connection: PoolConnection): void {
    // Whoever uses the connection hears of it; here it only must not end the program.
    connection.on('error', () => {});
    for (const sql of [settings(this.options), ISOLATION]) {
      // It is queued before whatever the connection was opened for, which then fails too.
      connection.query(sql, (error) => error && connection.destroy());
    }
  }
}

function settings({ limitStatements, autocommit }: MysqlPoolOptions): string {
  return `SET SESSION autocommit = ${Number(autocommit)}, ${SESSION}${limitStatements ? STATEMENT_LIMIT : ''}`;
}

/** mysql2 tells of them only by these, which its own tools read too. */
type PoolQueues = Record<'_allConnections' | '_freeConnections' | '_connectionQueue', { readonly length: number }>;

function poolOptions({ url, size, autocommit }: MysqlPoolOptions): PoolOptions {
  return {
    uri: url,
    connectionLimit: size,
    queueLimit: QUEUE_LIMIT,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxPreparedStatements: MAX_PREPARED_STATEMENTS,
    charset: 'utf8mb4',
    // A transaction ends with several in one text. Those with values are prepared, which takes one only.
    multipleStatements: !autocommit,
    // An object among the values becomes a text, never a part of the statement.
    stringifyObjects: true,
  };
}

function isQueueFull(error: Error): boolean {
  return error.message === 'Queue limit reached.';
}
