/** A row of a table in a file. */
export interface TableRow {
  /** As a spreadsheet shows it: the first is 1, and empty ones count. */
  readonly number: number;
  /** Texts from the first column on; an empty cell is `''`. */
  readonly cells: readonly string[];
}

/** What is put into a cell: numbers stay numbers where the format knows them. */
export type Cell = string | number;

/** The most that is read of a file. Who sends more of it is told so, however small the file is that it was packed into. */
export const MAX_ROWS = 10_000;
export const MAX_COLUMNS = 100;

/** A file that is no table that can be read; the message says what is wrong, and where. */
export class TableFileError extends Error {}

/** A file that holds more than is read. */
export class TableTooLargeError extends TableFileError {}

/** The rows, counted. @throws TableTooLargeError when they are too many or too wide */
export async function* limited(rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  let count = 0;
  for await (const row of rows) {
    count += 1;
    // The first row is that of the names.
    if (count > MAX_ROWS + 1) throw new TableTooLargeError(`a file may have ${MAX_ROWS} rows`);
    if (row.cells.length > MAX_COLUMNS) {
      throw new TableTooLargeError(`row ${row.number} has more than ${MAX_COLUMNS} columns`);
    }
    yield row;
  }
}
