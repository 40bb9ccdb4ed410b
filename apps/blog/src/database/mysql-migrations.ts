import type { PoolConnection, RowDataPacket } from 'mysql2';
import { MysqlPool } from './mysql-pool.js';
import { createMysqlSource } from './mysql-source.js';
import { MIGRATIONS } from './schema.js';

/** How long a process waits for another one that migrates the same database. */
const LOCK_WAIT_SECONDS = 600;

/**
 * Brings the tables up to date. Of processes that start at once one does it and the others wait: MySQL ends a transaction
 * with each change of a table, so that a lock by name is what keeps them apart.
 *
 * @throws the driver's error when the server does not let us in or a migration fails
 */
export async function migrateMysql(url: string): Promise<void> {
  const pool = new MysqlPool({ url, size: 2, limitStatements: false, autocommit: true });
  const source = createMysqlSource(pool, { answerTimeoutMs: 0, migrations: MIGRATIONS });
  await source.initialize();
  try {
    const holder = await pool.acquire();
    try {
      await lock(holder);
      await source.runMigrations({ transaction: 'each' });
    } finally {
      // The lock ends with its session.
      holder.destroy();
    }
  } finally {
    await source.destroy();
  }
}

/** The server's locks are for all its databases: the name holds ours, shortened to the 64 characters that there are. */
function lock(connection: PoolConnection): Promise<void> {
  const sql = "SELECT GET_LOCK(CONCAT('signpost:', SHA1(DATABASE())), ?) AS taken";
  return new Promise((resolve, reject) => {
    connection.query<(RowDataPacket & { taken: number | null })[]>(sql, [LOCK_WAIT_SECONDS], (error, rows) => {
      if (error) reject(error);
      else if (rows[0]!.taken === 1) resolve();
      else reject(new Error('another process has been migrating it for too long'));
    });
  });
}
