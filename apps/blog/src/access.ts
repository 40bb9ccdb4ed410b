import { Problem } from '#libs/http';
import type { SqlValue } from './database/database.js';
import { BLOG_PROBLEMS } from './problems.js';
import type { User, Viewer } from './users/account.js';

/** A condition of a WHERE clause with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Who changes something, and which version they have read. */
export interface Change {
  readonly user: User;
  /** The header `If-Match`. */
  readonly ifMatch: string | undefined;
}

/** What a viewer may see of a table: what is live, and of that what is not hidden (`state` 0) or is theirs. */
export function visibleTo(viewer: Viewer, table: string): Condition {
  const live = `${table}.deleted_on = 0`;
  if (viewer?.role === 'admin') return { sql: live, values: [] };
  if (!viewer) return { sql: `${live} AND ${table}.state = 1`, values: [] };
  return { sql: `${live} AND (${table}.state = 1 OR ${table}.created_by = ?)`, values: [viewer.name] };
}

/** Whether a viewer may see a row, if it is live. */
export function isVisible(viewer: Viewer, row: { state: number; created_by: string }): boolean {
  return row.state === 1 || (viewer !== undefined && mayChange(viewer, row));
}

/** An author changes what is theirs, an admin everything. */
function mayChange(user: User, { created_by }: { created_by: string }): boolean {
  return user.role === 'admin' || user.name === created_by;
}

/** @throws Problem 403 when a user may see a row but not change it */
export function requireMine(user: User, row: { created_by: string }): void {
  if (!mayChange(user, row)) throw new Problem(BLOG_PROBLEMS.notYours);
}

/** Whose a row must be for a user to change it: their own, or, for an admin, anybody's. */
export function requiredOwner(user: User): string | undefined {
  return user.role === 'admin' ? undefined : user.name;
}

/** A condition for a filter, and none for a filter that was not given. */
export function equals(column: string, value: SqlValue | undefined): Condition[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }];
}

/** All conditions together. */
export function allOf(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}
