import SqliteDatabase from 'better-sqlite3';
import type { Lease } from '../store.js';

/**
 * Takes a lease in the shape of a lock on a SQLite file of its own. The system drops the lock with the process that holds it, even
 * after kill -9, so there is no time to wait out and no process number to mistrust.
 *
 * @returns undefined when another process holds it
 */
export function takeLease(file: string): Lease | undefined {
  const database = new SqliteDatabase(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  return { release: () => void database.close() };
}
