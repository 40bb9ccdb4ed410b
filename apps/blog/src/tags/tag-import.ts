import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { HTTP_PROBLEMS, Problem } from '#libs/http';
import type { Clock } from '#libs/time';
import { NEW_TAGS } from '../caching/keys.js';
import type { Publisher, Tell } from '../caching/publisher.js';
import { isUniqueViolation } from '../database/database.js';
import { insertRows } from '../database/rows.js';
import { BLOG_PROBLEMS } from '../problems.js';
import { TableFileError, TableTooLargeError } from '../spreadsheets/table-file.js';
import type { User } from '../users/account.js';
import { firstStamp, stampOf } from '../writes.js';
import type { ImportMode, ImportReport, RowError } from './tag-file.schema.js';
import { readTagRows, rowError, type TagOfRow } from './tag-rows.js';

/** How many rows a statement looks at or adds. */
const BATCH = 500;
/** How often a file is tried when others take its names between the look and the writing. */
const ATTEMPTS = 3;

/** Imports tags from files. */
export class TagImport {
  constructor(private readonly options: { readonly publisher: Publisher; readonly clock: Clock }) {}

  /**
   * Adds the tags of a file, in one transaction: whatever happens meanwhile, no half of it stays.
   *
   * @throws Problem 422 when the file is no table of tags, or rows are bad and all were wanted; 413 when it holds too much
   */
  async import(file: Buffer, mode: ImportMode, user: User): Promise<ImportReport> {
    const { count: rows, tags, errors: bad } = await readFile(file);
    return this.write(async (manager, tell) => {
      const taken = await findTaken(manager, tags);
      const errors = [...bad, ...tags.filter(({ name }) => taken.has(name)).map(takenError)];
      errors.sort((a, b) => a.row - b.row);
      if (errors.length > 0 && mode === 'all_or_nothing') throw refusal({ rows, imported: 0, errors });
      const free = tags.filter(({ name }) => !taken.has(name));
      await this.add(manager, free, user);
      if (free.length > 0) tell(NEW_TAGS);
      return { rows, imported: free.length, errors };
    });
  }

  private async add(manager: EntityManager, tags: readonly TagOfRow[], user: User): Promise<void> {
    const stamp = firstStamp(stampOf(user, this.options.clock));
    for await (const batch of batches(tags)) {
      const rows = batch.map(({ name, state }) => ({ name, state, ...stamp }));
      await insertRows(manager, 'blog_tag', rows);
    }
  }

  /** Runs a write again when somebody else was quicker to take a name that was free. */
  private async write<T>(work: (manager: EntityManager, tell: Tell) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.options.publisher.write(work);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        if (attempt === ATTEMPTS) throw new Problem(BLOG_PROBLEMS.tagExists, { cause: error });
      }
    }
  }
}

async function readFile(file: Buffer): ReturnType<typeof readTagRows> {
  try {
    return await readTagRows(file);
  } catch (error) {
    if (!(error instanceof TableFileError)) throw error;
    const kind = error instanceof TableTooLargeError ? HTTP_PROBLEMS.bodyTooLarge : BLOG_PROBLEMS.notATable;
    throw new Problem(kind, { detail: error.message, cause: error });
  }
}

/** The names of live tags among those of a file. */
async function findTaken(manager: EntityManager, tags: readonly TagOfRow[]): Promise<Set<string>> {
  const taken = new Set<string>();
  for await (const batch of batches(tags)) {
    const places = batch.map(() => '?').join(', ');
    const sql = `SELECT live_name AS name FROM blog_tag WHERE live_name IN (${places})`;
    const found = (await manager.query(
      sql,
      batch.map(({ name }) => name),
    )) as { name: string }[];
    for (const { name } of found) taken.add(name);
  }
  return taken;
}

function takenError({ row }: TagOfRow): RowError {
  return rowError(row, 'name', 'a tag of this name exists already');
}

function refusal(report: ImportReport): Problem {
  return new Problem(BLOG_PROBLEMS.rowsRefused, { extensions: { ...report } });
}

/** Others have a turn after each: SQLite keeps this thread busy. */
async function* batches<T>(all: readonly T[]): AsyncGenerator<T[]> {
  for (let at = 0; at < all.length; at += BATCH) {
    yield all.slice(at, at + BATCH);
    await setImmediate();
  }
}
