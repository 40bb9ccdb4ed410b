import type { EntityManager } from 'typeorm';
import type { AtEnd, Dialect, SqlValue } from './database.js';

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

/**
 * Adds a row to a table. Written here and not by TypeORM's builder, which costs as much as the statement itself.
 *
 * @returns its id
 */
export async function insertRow(manager: EntityManager, table: string, row: Columns): Promise<number> {
  const names = Object.keys(row).map((name) => `\`${name}\``);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  const { raw } = await manager.queryRunner!.query(sql, Object.values(row), true);
  // SQLite's driver gives the id itself, that of MySQL a record of what was done.
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
