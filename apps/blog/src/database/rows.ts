import type { EntityManager, QueryResult } from 'typeorm';
import type { AtEnd, Dialect, SqlValue } from './database.js';
import { isMissing } from './errors.js';

/** A row, or some columns of it, by name. The names are the program's own, never a client's. */
export type Columns = Readonly<Record<string, SqlValue>>;

/** Which row a change is meant for. */
export interface Target {
  readonly id: number;
  /** The version that was read: a row that has another by now is left alone. */
  readonly version: number;
  /** Whose it must be, or undefined for a change that is not bound to that. */
  readonly owner: string | undefined;
}

/** A live row of another table, which a new row refers to and which is to stay as it was read. */
export interface Held {
  readonly table: string;
  /** The column that holds its id. */
  readonly column: string;
  readonly version: number;
}

/**
 * Adds a row to a table. Written here and not by TypeORM's builder, which costs as much as the statement itself.
 *
 * @returns its id
 */
export async function insertRow(manager: EntityManager, table: string, row: Columns): Promise<number> {
  const names = Object.keys(row);
  const sql = `INSERT INTO ${table} (${quoted(names)}) VALUES (${names.map(() => '?').join(', ')})`;
  return toId(await insert(manager, sql, Object.values(row)));
}

/**
 * Adds a row, provided that the row which it refers to is still as it was read. That one stays so until the transaction ends.
 *
 * Not by INSERT ... SELECT: MariaDB keeps all other INSERTs waiting for as long as such a one waits for anything itself.
 *
 * @returns its id; undefined when the other row was changed or deleted meanwhile
 */
export async function insertRowHolding(
  manager: EntityManager,
  { lockForRead }: Dialect,
  table: string,
  [row, held]: readonly [Columns, Held],
): Promise<number | undefined> {
  const names = Object.keys(row);
  const asItWas = `(SELECT id FROM ${held.table} WHERE id = ? AND version = ? AND deleted_on = 0${lockForRead})`;
  const places = names.map((name) => (name === held.column ? asItWas : '?'));
  const values = names.flatMap((name) => (name === held.column ? [row[name]!, held.version] : [row[name]!]));
  const sql = `INSERT INTO ${table} (${quoted(names)}) VALUES (${places.join(', ')})`;
  try {
    return toId(await insert(manager, sql, values));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function insert(manager: EntityManager, sql: string, values: SqlValue[]): Promise<QueryResult> {
  return manager.queryRunner!.query(sql, values, true);
}

/** SQLite's driver gives the id itself, that of MySQL a record of what was done. */
function toId({ raw }: QueryResult): number {
  return typeof raw === 'object' ? (raw as { insertId: number }).insertId : Number(raw);
}

/** Adds rows that all have the same columns. @param rows one or more */
export async function insertRows(manager: EntityManager, table: string, rows: readonly Columns[]): Promise<void> {
  const names = Object.keys(rows[0]!);
  const places = `(${names.map(() => '?').join(', ')})`;
  const sql = `INSERT INTO ${table} (${names.map((name) => `\`${name}\``).join(', ')}) VALUES `;
  await manager.query(
    sql + rows.map(() => places).join(', '),
    rows.flatMap((row) => names.map((name) => row[name])),
  );
}

/**
 * Changes a live row and counts its version up.
 *
 * @returns false when there is no such row: it was changed or deleted meanwhile, or belongs to somebody else
 */
export async function updateRow(
  manager: EntityManager,
  table: string,
  { id, version, owner }: Target,
  changes: Columns,
): Promise<boolean> {
  const names = Object.keys(changes).map((name) => `\`${name}\` = ?, `);
  const mine = owner === undefined ? '' : ' AND created_by = ?';
  const { affected } = await manager.queryRunner!.query(
    `UPDATE ${table} SET ${names.join('')}version = version + 1 WHERE id = ? AND version = ?${mine}`,
    [...Object.values(changes), id, version, ...(owner === undefined ? [] : [owner])],
    true,
  );
  return affected === 1;
}

/** Counts a counter up at the end of a transaction. @returns what gives its value from then on, once that is committed */
export function countUp(atEnd: AtEnd, dialect: Dialect, name: string): () => number {
  const ended = atEnd(dialect.countUp, [name]);
  return () => {
    const { raw } = ended;
    // SQLite gives the row, MySQL the value in the place of an id.
    const value = Array.isArray(raw) ? (raw as { value: number }[])[0]?.value : (raw as { insertId: number }).insertId;
    if (!value) throw new Error(`there is no counter ${name}`);
    return value;
  };
}
