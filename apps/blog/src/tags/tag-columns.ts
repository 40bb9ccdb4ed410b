import { TableFileError, type TableRow } from '../spreadsheets/table-file.js';
import { unguardCell } from '../spreadsheets/safe-cell.js';
import type { Tag } from './tag.schema.js';

/** The columns of an exported file, in their order. Times are Unix seconds. */
export const COLUMNS = [
  'id',
  'name',
  'state',
  'created_by',
  'created_on',
  'modified_by',
  'modified_on',
] as const satisfies readonly (keyof Tag)[];

export type Column = (typeof COLUMNS)[number];

/** What the sheet of a workbook is called. */
export const SHEET = 'tags';

/** The sheet and the columns of a file that go-gin-example has exported. */
const GIN_SHEET = '标签信息';
const GIN_COLUMNS: Readonly<Record<string, Column>> = {
  名称: 'name',
  创建人: 'created_by',
  创建时间: 'created_on',
  修改人: 'modified_by',
  修改时间: 'modified_on',
};

export const SHEETS = [SHEET, GIN_SHEET] as const;

/** Which column of a file stands where. */
export type Places = ReadonlyMap<Column, number>;

/**
 * Reads the row of names. `name` must be among them; all but it and `state` are read over, as they are not for a client to
 * decide.
 *
 * @throws TableFileError when a name is missing, unknown or there twice
 */
export function parseHeader({ number, cells }: TableRow): Places {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const places = new Map<Column, number>();
  for (const [place, name] of names.entries()) {
    if (name === '') continue;
    const column = columnOf(name);
    if (!column) throw new TableFileError(`row ${number}: there is no column ${quote(name)}; ${KNOWN}`);
    if (places.has(column)) throw new TableFileError(`row ${number} has the column ${quote(name)} twice`);
    places.set(column, place);
  }
  if (!places.has('name')) throw new TableFileError(`row ${number} has no column "name"; ${KNOWN}`);
  return places;
}

/** The text of a row in a column, without the quote that made it safe; undefined when the cell is empty. */
export function cellOf({ cells }: TableRow, places: Places, column: Column): string | undefined {
  const place = places.get(column);
  const cell = place === undefined ? undefined : cells[place];
  return cell === undefined || cell === '' ? undefined : unguardCell(cell);
}

const KNOWN = `columns are ${COLUMNS.join(', ')}`;

const MAX_QUOTED = 40;

/** A name as it may be told: no longer than a name is. */
function quote(name: string): string {
  return JSON.stringify(name.length > MAX_QUOTED ? `${name.slice(0, MAX_QUOTED)}...` : name).toWellFormed();
}

function columnOf(name: string): Column | undefined {
  return (
    COLUMNS.find((column) => column === name) ?? (Object.hasOwn(GIN_COLUMNS, name) ? GIN_COLUMNS[name] : undefined)
  );
}
