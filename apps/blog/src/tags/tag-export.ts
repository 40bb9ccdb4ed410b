import { Readable } from 'node:stream';
import { allOf, visibleTo } from '../access.js';
import type { Database } from '../database/database.js';
import { buildCsvRow } from '../spreadsheets/csv.js';
import { inPieces } from '../spreadsheets/pieces.js';
import { guardCell } from '../spreadsheets/safe-cell.js';
import type { Cell } from '../spreadsheets/table-file.js';
import { buildXlsx } from '../spreadsheets/xlsx-writer.js';
import type { User } from '../users/account.js';
import { COLUMNS, SHEET } from './tag-columns.js';
import type { FileFormat } from './tag-file.schema.js';
import { SELECT_TAGS } from './tag.query.js';
import type { Tag } from './tag.schema.js';

/** How many tags are in memory at a time. */
const BATCH = 500;

/** Exports the tags that a user may see. */
export class TagExport {
  constructor(private readonly database: Database) {}

  /** The file, made as it is read. @throws Problem 503 when the database does not answer, before there is anything of it */
  async open(format: FileFormat, user: User): Promise<Readable> {
    const rows = this.rows(user, await this.readAfter(0, user));
    return format === 'xlsx' ? buildXlsx(SHEET, rows) : Readable.from(inPieces(csv(rows)), { objectMode: false });
  }

  private async *rows(user: User, first: Tag[]): AsyncGenerator<Cell[]> {
    yield [...COLUMNS];
    for (let tags = first; tags.length > 0; tags = await this.readAfter(tags.at(-1)!.id, user)) {
      for (const tag of tags) yield COLUMNS.map((column) => safe(tag[column]));
    }
  }

  private readAfter(id: number, user: User): Promise<Tag[]> {
    const { sql, values } = allOf([visibleTo(user, 'blog_tag'), { sql: 'blog_tag.id > ?', values: [id] }]);
    return this.database.select<Tag>(`${SELECT_TAGS} ${sql} ORDER BY blog_tag.id LIMIT ${BATCH}`, values);
  }
}

async function* csv(rows: AsyncIterable<readonly Cell[]>): AsyncGenerator<string> {
  for await (const row of rows) yield buildCsvRow(row);
}

function safe(cell: Cell): Cell {
  return typeof cell === 'string' ? guardCell(cell) : cell;
}
