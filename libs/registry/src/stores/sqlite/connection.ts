import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StoreError } from '../store.js';
import { makeFile } from './files.js';
import { damaged, migrate } from './schema.js';

/** How long a statement waits for another process, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens the registry's file, made or brought up to date where it has to be.
 *
 * @throws StoreError when it cannot be used, with the way out
 */
export function openDatabase(file: string): Database {
  let database: Database | undefined;
  try {
    makeFile(file);
    database = new SqliteDatabase(file, { timeout: BUSY_TIMEOUT });
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    throw asUnusable(file, error);
  }
}

function asUnusable(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT')) return damaged(file, message);
  return new StoreError('unusable', `${file} cannot be opened (${message}); see [resolver] data_dir`, { cause: error });
}
