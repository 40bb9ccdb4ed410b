import type { Database } from './database.js';
import { openMysql } from './mysql.js';
import { openSqlite } from './sqlite.js';

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
