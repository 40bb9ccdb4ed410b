import { parseCsv } from './csv.js';
import { limited, TableFileError, type TableRow } from './table-file.js';
import { parseXlsx } from './xlsx-reader.js';

/** How a ZIP archive begins, which a workbook is. */
const ZIP = Buffer.from('PK\x03\x04');
/** How an encrypted workbook begins, and one of before 2007. */
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/**
 * Reads a table from a file, a row at a time: a workbook (XLSX) or CSV, by what the file is and not by what it is called.
 *
 * @param sheets names of the sheet that is wanted; without any of them it is the first
 * @throws TableFileError when it is neither, is malformed, or holds too much
 */
export function readTable(bytes: Buffer, sheets: readonly string[]): AsyncGenerator<TableRow> {
  if (bytes.length === 0) throw new TableFileError('the file is empty');
  if (beginsWith(bytes, COMPOUND_FILE)) {
    throw new TableFileError('the workbook is encrypted, or older than Excel 2007 (.xls): save it as .xlsx');
  }
  return limited(beginsWith(bytes, ZIP) ? parseXlsx(bytes, sheets) : parseCsv(bytes));
}

function beginsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}
