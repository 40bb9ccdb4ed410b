import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StoreError } from '../store.js';
import { makeFile } from './files.js';

/** A lock that this process holds. */
export interface Lock {
  release(): void;
}

/**
 * Locks a SQLite file of its own. The system drops the lock with the process that holds it, even after kill -9, so there is no time
 * to wait out and no process number to mistrust.
 *
 * @returns undefined when another process holds it
 * @throws StoreError when the file cannot be locked
 */
export function takeLock(file: string): Lock | undefined {
  let database: Database | undefined;
  try {
    makeFile(file);
    database = new SqliteDatabase(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw asUnusable(file, error);
  }
  const held = database;
  return { release: () => void held.close() };
}

function asUnusable(file: string, error: unknown): StoreError {
  const wayOut = 'remove it if it is damaged, since nothing is kept in it, or see [resolver] data_dir';
  return new StoreError('unusable', `${file} cannot be locked (${(error as Error).message}); ${wayOut}`, {
    cause: error,
  });
}
