import type { QueryRunner } from 'typeorm';

/** Where go-gin-example's own tables stay, as they were. */
export const ASIDE = 'gin_';

const TABLES = ['blog_article', 'blog_tag', 'blog_auth'];

/** How many rows are read at a time: the contents of articles are in memory together. */
const BATCH = 50;

/** A value that is taken where a row has none, or the table has no such column. */
type Fallbacks = Readonly<Record<string, string | number>>;

/**
 * Renames the tables of go-gin-example, which have the names of ours: all of them at once, so that no start finds a part.
 *
 * @returns whether there are such tables, renamed now or by a try that did not come to its end
 */
export async function setGinTablesAside(runner: QueryRunner): Promise<boolean> {
  const found: string[] = [];
  for (const table of TABLES) if (await isGinTable(runner, table)) found.push(table);
  const renamings = found.map((table) => `${table} TO ${ASIDE}${table}`);
  if (renamings.length > 0) await runner.query(`RENAME TABLE ${renamings.join(', ')}`);
  for (const table of TABLES) if ((await columnsOf(runner, ASIDE + table)).size > 0) return true;
  return false;
}

/** Ours count versions. */
async function isGinTable(runner: QueryRunner, table: string): Promise<boolean> {
  const columns = await columnsOf(runner, table);
  return columns.size > 0 && !columns.has('version');
}

/** Reads a table that was set aside, in the order of its ids; nothing if there is none. */
export async function* readGinTable<Row extends Fallbacks>(
  runner: QueryRunner,
  table: string,
  fallbacks: Row,
): AsyncGenerator<Row & { id: number }> {
  const known = await columnsOf(runner, ASIDE + table);
  if (known.size === 0) return;
  const columns = ['id', ...Object.keys(fallbacks)].filter((column) => known.has(column));
  const list = columns.map((column) => `\`${column}\``).join(', ');
  const sql = `SELECT ${list} FROM ${ASIDE}${table} WHERE id > ? ORDER BY id LIMIT ${BATCH}`;
  for (let last = 0; ;) {
    const rows = (await runner.query(sql, [last])) as (Row & { id: number })[];
    for (const row of rows) yield { ...fallbacks, ...withoutNulls(row) };
    if (rows.length < BATCH) return;
    last = rows.at(-1)!.id;
  }
}

function withoutNulls<Row extends object>(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;
}

/** The names of a table's columns; none if there is no such table. */
async function columnsOf(runner: QueryRunner, table: string): Promise<Set<string>> {
  const rows = (await runner.query(
    'SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [table],
  )) as { name: string }[];
  return new Set(rows.map(({ name }) => name.toLowerCase()));
}
