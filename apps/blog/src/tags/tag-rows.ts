import { bodyErrors } from '#libs/http';
import { readTable } from '../spreadsheets/read-table.js';
import { TableFileError, type TableRow } from '../spreadsheets/table-file.js';
import { cellOf, parseHeader, SHEETS, type Places } from './tag-columns.js';
import type { RowError } from './tag-file.schema.js';
import { tagInput, type Tag } from './tag.schema.js';

/** A new tag from a row of a file. */
export interface TagOfRow extends Pick<Tag, 'name' | 'state'> {
  /** The row's number, as a spreadsheet shows it. */
  readonly row: number;
}

/** What a file holds. */
export interface TagRows {
  /** How many rows, good or bad. */
  readonly count: number;
  readonly tags: readonly TagOfRow[];
  readonly errors: readonly RowError[];
}

/**
 * Reads tags from a file, by the same rules as from a body. A name that stands in two rows counts in the first.
 *
 * @throws TableFileError when it is no table, or not one of tags
 */
export async function readTagRows(file: Buffer): Promise<TagRows> {
  const rows = readTable(file, SHEETS);
  const places = await readHeader(rows);
  const tags = new Map<string, TagOfRow>();
  const errors: RowError[] = [];
  let count = 0;
  for await (const row of rows) {
    if (isEmpty(row)) continue;
    count += 1;
    const result = parseTag(row, places, tags);
    if ('name' in result) tags.set(result.name, result);
    else errors.push(...result.errors);
  }
  return { count, tags: [...tags.values()], errors };
}

/** The first row that is not empty names the columns. */
async function readHeader(rows: AsyncGenerator<TableRow>): Promise<Places> {
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    if (!isEmpty(next.value)) return parseHeader(next.value);
  }
  throw new TableFileError('the file has no rows');
}

function parseTag(
  row: TableRow,
  places: Places,
  before: ReadonlyMap<string, TagOfRow>,
): TagOfRow | { readonly errors: RowError[] } {
  const { number } = row;
  const [name, state] = [cellOf(row, places, 'name'), cellOf(row, places, 'state')];
  const { data, error } = tagInput.safeParse({ name, ...(state !== undefined && { state: numberOf(state) }) });
  if (!data)
    return { errors: bodyErrors(error.issues).map((one) => rowError(number, one.pointer!.slice(2), one.detail)) };
  const first = before.get(data.name);
  if (first) return { errors: [rowError(number, 'name', `row ${first.row} has this name already`)] };
  return { row: number, name: data.name, state: data.state };
}

export function rowError(row: number, field: string, message: string): RowError {
  return { row, field, message };
}

function numberOf(text: string): number | string {
  return /^\d{1,10}$/.test(text) ? Number(text) : text;
}

function isEmpty({ cells }: TableRow): boolean {
  return cells.every((cell) => cell === '');
}
