import { closeSync, mkdirSync, openSync } from 'node:fs';
import { StoreError } from '../store.js';

/**
 * Makes `folder` where it is missing, for its owner alone: checks may carry secrets in their headers.
 *
 * @throws StoreError when that cannot be
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { message } = error as Error;
    throw new StoreError('unusable', `${folder} cannot be used as a folder (${message}); see [resolver] data_dir`, {
      cause: error,
    });
  }
}

/**
 * Makes `file` where it is missing, empty and for its owner alone, before SQLite would make it readable for all; SQLite gives the
 * files beside it the same mode. One that is there is not even opened: closing it would drop the locks that this process has on it
 * (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
export function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
