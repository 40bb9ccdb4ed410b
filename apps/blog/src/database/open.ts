import type { Database } from './database.js';
import { openSqlite } from './sqlite.js';

const SQLITE = 'sqlite:';

/**
 * Opens the database of a `[database] url` and migrates it.
 *
 * @throws StartError when it cannot be opened
 */
export function openDatabase(url: string): Promise<Database> {
  return openSqlite(url.slice(SQLITE.length));
}
