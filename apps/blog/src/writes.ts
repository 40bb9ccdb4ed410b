import type { EntityManager } from 'typeorm';
import { HTTP_PROBLEMS, Problem } from '#libs/http';
import type { Clock } from '#libs/time';
import { requiredOwner } from './access.js';
import { updateRow, type Columns } from './database/rows.js';
import type { User } from './users/account.js';

/** Done in the same transaction as a write, with what it wrote: both are stored, or neither. */
export type Alongside<Written> = (manager: EntityManager, written: Written) => Promise<void>;

export const nothingAlongside: Alongside<unknown> = () => Promise.resolve();

/** What each write leaves in its row, besides the version. Times are Unix seconds. */
export interface Stamp {
  readonly modified_by: string;
  readonly modified_on: number;
}

export function stampOf(user: User, clock: Clock): Stamp {
  return { modified_by: user.name, modified_on: Math.floor(clock.now() / 1_000) };
}

/** The columns of a new row that no client decides, in the order in which they are answered. */
export function firstStamp({ modified_by, modified_on }: Stamp) {
  return { created_by: modified_by, modified_by, created_on: modified_on, modified_on, version: 1 };
}

/**
 * Writes the next version of a row.
 *
 * @param read the version that the change was decided on
 * @throws Problem 412 when somebody else has written one by now
 */
export async function writeNext(
  manager: EntityManager,
  table: string,
  { id, version }: { readonly id: number; readonly version: number },
  user: User,
  columns: Columns,
): Promise<void> {
  const written = await updateRow(manager, table, { id, version, owner: requiredOwner(user) }, columns);
  if (!written) throw new Problem(HTTP_PROBLEMS.preconditionFailed);
}
