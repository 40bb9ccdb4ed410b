import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { TableFileError, type Cell, type TableRow } from './table-file.js';

/** The longest row, in octets: a quote that is never closed would make the rest of the file one. */
const MAX_ROW = 65_536;
/** The parser holds the rows of one piece at a time, in octets. */
const PIECE = 16_384;

const NEEDS_QUOTES = /[",\r\n]/;

/** Builds a row of CSV (RFC 4180), with its line end. */
export function buildCsvRow(cells: readonly Cell[]): string {
  const fields = cells.map(String).map((text) => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
  return `${fields.join(',')}\r\n`;
}

/**
 * Parses CSV in UTF-8, with or without a byte order mark, whatever its line ends are.
 *
 * @throws TableFileError when it is malformed
 */
export async function* parseCsv(bytes: Buffer): AsyncGenerator<TableRow> {
  requireUtf8(bytes);
  const parser = Readable.from(piecesOf(bytes)).pipe(
    parse({ bom: true, recordDelimiter: ['\r\n', '\n', '\r'], relaxColumnCount: true, maxRecordSize: MAX_ROW }),
  );
  let number = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      number += 1;
      yield { number, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? worded(error) : error;
  }
}

/** Others have a turn after each. */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE);
    await setImmediate();
  }
}

function requireUtf8(bytes: Buffer): void {
  if (isUtf8(bytes)) return;
  // What cannot be decoded comes back as another character.
  const decoded = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((octet, index) => octet !== decoded[index]);
  throw new TableFileError(`it is neither a workbook (.xlsx) nor CSV in UTF-8: octet ${at} is wrong`);
}

function worded({ code, records }: CsvError): TableFileError {
  // Rows that were parsed may not have been asked for yet.
  const row = Number(records) + 1;
  if (code === 'CSV_MAX_RECORD_SIZE') return new TableFileError(`row ${row} is longer than ${MAX_ROW} octets`);
  const reason = code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is not closed' : 'a quote stands where none may';
  return new TableFileError(`row ${row}: ${reason}`);
}
