import type { PoolConnection, ResultSetHeader } from 'mysql2';
import { QueryFailedError, QueryResult, type DataSource, type QueryRunner } from 'typeorm';
import { StartError } from '#libs/supervisor';
import type { Database, Dialect, PoolCounts, RowsOfPage, SqlValue, Statement, Work } from './database.js';
import { Ending } from './ending.js';
import { isBroken, isDeadlock, noAnswer, reportable } from './errors.js';
import { migrateMysql } from './mysql-migrations.js';
import { ANSWER_TIMEOUT_MS, MysqlPool } from './mysql-pool.js';
import { createMysqlSource } from './mysql-source.js';

/** A transaction that the server gives up in favour of another one is tried so many times. */
const ATTEMPTS = 5;

/**
 * Connects to a database of MySQL 8 or MariaDB and brings its tables up to date.
 *
 * Two pools, so that writes that wait for each other's locks keep nobody from reading.
 *
 * @param url `mysql://user:password@host:port/database`
 * @param poolSize how many connections there are at most for reading, and as many for writing
 * @throws StartError when the server does not let us in or the tables cannot be brought up to date
 */
export async function openMysql(url: string, poolSize: number): Promise<Database> {
  const pool = (autocommit: boolean) => new MysqlPool({ url, size: poolSize, limitStatements: true, autocommit });
  try {
    await migrateMysql(url);
    const writers = pool(false);
    const writer = createMysqlSource(writers, { answerTimeoutMs: ANSWER_TIMEOUT_MS });
    await writer.initialize();
    return new MysqlDatabase(writer, { read: pool(true), write: writers });
  } catch (error) {
    throw new StartError(`the database ${withoutPassword(url)} cannot be opened: ${(error as Error).message}`, {
      cause: reportable(error),
    });
  }
}

const DIALECT: Dialect = {
  lockForRead: ' LOCK IN SHARE MODE',
  // Row 0 is no article's.
  lockSearch: 'SELECT rowid FROM blog_article_search WHERE rowid = 0 FOR UPDATE',
  insertSearch: `INSERT INTO blog_article_search (rowid, bigrams)
    SELECT ?, ? FROM blog_article_search WHERE rowid = 0 FOR UPDATE`,
  matchesPhrase: 'MATCH (bigrams) AGAINST (? IN BOOLEAN MODE)',
  countUp: 'UPDATE blog_counter SET value = LAST_INSERT_ID(value + 1) WHERE name = ?',
  nowMs: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)',
};

/** Rows, or what a statement did. */
type Answer = unknown[] | ResultSetHeader;

class MysqlDatabase implements Database {
  readonly dialect = DIALECT;

  constructor(
    private readonly writer: DataSource,
    private readonly mysqlPools: Readonly<Record<'read' | 'write', MysqlPool>>,
  ) {}

  async select<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    try {
      const connection = await this.mysqlPools.read.acquire();
      return await execute<Row>(connection, sql, values);
    } catch (error) {
      throw reportable(error);
    }
  }

  async page<Row>(rows: Statement, count: Statement): Promise<RowsOfPage<Row>> {
    const items = await this.select<Row>(rows.sql, rows.values);
    const [row] = await this.select<{ total: number }>(count.sql, count.values);
    return { items, total: row!.total };
  }

  async write<T>(work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await transact(this.writer.createQueryRunner(), work);
      } catch (error) {
        if (!isDeadlock(error) || attempt === ATTEMPTS) throw reportable(error);
      }
    }
  }

  get pools(): { read: PoolCounts; write: PoolCounts } {
    const { read, write } = this.mysqlPools;
    return { read: read.counts, write: write.counts };
  }

  async check(): Promise<void> {
    await this.select('SELECT 1');
  }

  async close(): Promise<void> {
    await Promise.all([this.mysqlPools.read.end(), this.writer.destroy()]);
  }
}

/** Runs a prepared statement and gives the connection back, or up. */
async function execute<Row>(connection: PoolConnection, sql: string, values: readonly SqlValue[]): Promise<Row[]> {
  let broken = false;
  try {
    return (await ask(connection, sql, values)) as Row[];
  } catch (error) {
    broken = isBroken(error);
    throw error;
  } finally {
    if (broken) connection.destroy();
    else connection.release();
  }
}

/** Without autocommit the first statement begins a transaction by itself: to say so would take as long as any other one. */
async function transact<T>(runner: QueryRunner, work: Work<T>): Promise<T> {
  const connection = (await runner.connect()) as PoolConnection;
  runner.query = directly(connection) as QueryRunner['query'];
  try {
    const ending = new Ending();
    const result = await work(runner.manager, ending.atEnd);
    await commit(connection, ending);
    return result;
  } catch (error) {
    // A broken connection ends its transaction itself, and one that fails to roll back is of no more use either.
    const usable = !isBroken(error) && (await rollBack(runner));
    if (!usable) connection.destroy();
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * Sends all that the transaction ends with at once. The server runs nothing that comes after a statement which fails. It is given the time
 * for all of them, as it goes on to the commit when nobody waits any more.
 */
async function commit(connection: PoolConnection, ending: Ending): Promise<void> {
  const waitMs = ANSWER_TIMEOUT_MS * (ending.statements.length + 1);
  const answers = await ask(connection, ending.toText(), [], waitMs).catch(failed(ending.toString()));
  for (const [n, { ended }] of ending.statements.entries()) ended.raw = (answers as Answer[])[n];
}

/**
 * What a runner of TypeORM's asks of a connection, without its own way there (events, traces of the stack, a promise for each step), which
 * takes as long as a statement. Those with values are prepared once for each connection.
 */
function directly(connection: PoolConnection) {
  return async (sql: string, values: readonly SqlValue[] = [], structured = false): Promise<unknown> => {
    const raw = await ask(connection, sql, values).catch(failed(sql));
    if (!structured) return raw;
    const result = new QueryResult();
    result.raw = raw;
    if (Array.isArray(raw)) result.records = raw as unknown[];
    else result.affected = raw.affectedRows;
    return result;
  };
}

/** @param asked the statement, without values */
function failed(asked: string): (error: Error) => never {
  return (error) => {
    throw new QueryFailedError(asked, undefined, error);
  };
}

/** mysql2's own limit of time does not hold while a statement is prepared. */
function ask(
  connection: PoolConnection,
  sql: string,
  values: readonly SqlValue[],
  waitMs = ANSWER_TIMEOUT_MS,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(noAnswer()), waitMs);
    const done = (error: Error | null, answer: unknown) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(answer as Answer);
    };
    if (values.length === 0) connection.query(sql, done);
    else connection.execute(sql, [...values], done);
  });
}

async function rollBack(runner: QueryRunner): Promise<boolean> {
  return runner.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

/** The address as it may be told to anybody. */
function withoutPassword(url: string): string {
  const { username, host, pathname } = new URL(url);
  return `mysql://${username}@${host}${pathname}`;
}
