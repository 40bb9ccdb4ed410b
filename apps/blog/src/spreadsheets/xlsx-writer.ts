import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { inPieces } from './pieces.js';
import type { Cell } from './table-file.js';
import { buildXlsxText } from './xlsx-text.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** How the first columns are called. */
const COLUMNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const CONTENT_TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${CONTENT}.worksheet+xml"/>\
</Types>`;

/** The one relationship of a part of the workbook to another. */
function relationship(type: string, target: string): string {
  return `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">\
<Relationship Id="rId1" Type="${DOCUMENT}/${type}" Target="${target}"/></Relationships>`;
}

function workbook(sheet: string): string {
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}">\
<sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`;
}

/**
 * Builds a workbook of one sheet (XLSX, ECMA-376), packed as its rows come. All texts are cells of type text: none is a
 * formula.
 *
 * @param sheet its name: letters and digits
 * @param rows of at most 26 cells
 */
export function buildXlsx(sheet: string, rows: AsyncIterable<readonly Cell[]>): Readable {
  const zip = new ZipFile();
  const parts: Record<string, string> = {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': relationship('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': workbook(sheet),
    'xl/_rels/workbook.xml.rels': relationship('worksheet', 'worksheets/sheet1.xml'),
  };
  for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name);
  const output = zip.outputStream as Readable;
  const xml = Readable.from(inPieces(sheetXml(rows)));
  xml.on('error', (error) => output.destroy(error));
  // Nobody reads on when the client has gone.
  output.on('close', () => xml.destroy());
  zip.addReadStream(xml, 'xl/worksheets/sheet1.xml');
  zip.end();
  return output;
}

async function* sheetXml(rows: AsyncIterable<readonly Cell[]>): AsyncGenerator<string> {
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>`;
  let number = 0;
  for await (const row of rows) {
    number += 1;
    yield `<row r="${number}">${row.map((value, column) => cell(value, `${COLUMNS[column]}${number}`)).join('')}</row>`;
  }
  yield '</sheetData></worksheet>';
}

function cell(value: Cell, place: string): string {
  if (typeof value === 'number') return `<c r="${place}"><v>${value}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${buildXlsxText(value)}</t></is></c>`;
}
