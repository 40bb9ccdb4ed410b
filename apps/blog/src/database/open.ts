import type { Config } from '#libs/config';
import type { Tracing } from '#libs/observability';
import { CountedDatabase } from './counted.js';
import type { Database } from './database.js';
import { openMysql } from './mysql.js';
import { openSqlite } from './sqlite.js';
import { TracedDatabase } from './traced.js';

const SQLITE = 'sqlite:';
const POOL_SIZE = 10;

/**
 * Opens the database of a `[database] url` and migrates it.
 *
 * @param url `sqlite:` and a file name, or `mysql://user:password@host:port/database`
 * @param poolSize how many connections to MySQL there are at most for reading, and as many for writing
 * @throws StartError when it cannot be opened
 */
export function openDatabase(url: string, poolSize = POOL_SIZE): Promise<Database> {
  return url.startsWith(SQLITE) ? openSqlite(url.slice(SQLITE.length)) : openMysql(url, poolSize);
}

/** The same, counting what is asked of it, and telling it to `tracing` if there is any. */
export async function openWatchedDatabase(
  { url, pool_size: poolSize }: Config['database'],
  tracing: Tracing | undefined,
): Promise<CountedDatabase> {
  const database = await openDatabase(url, poolSize);
  const system = url.startsWith(SQLITE) ? 'sqlite' : 'mysql';
  return new CountedDatabase(tracing ? new TracedDatabase(database, tracing, system) : database);
}
