import { posix } from 'node:path';
import { TableFileError, type TableRow } from './table-file.js';
import { SharedStrings, SheetRows } from './xlsx-cells.js';
import { XlsxParts } from './xlsx-parts.js';
import type { XmlHandlers } from './xml.js';

const FOLDER = 'xl';
const WORKBOOK = 'xl/workbook.xml';
const RELATIONSHIPS = 'xl/_rels/workbook.xml.rels';

type Attributes = Readonly<Record<string, string>>;

/**
 * Parses a sheet of a workbook (XLSX, ECMA-376), a row at a time: what it unpacks to is never in memory as a whole, but for
 * the texts that its cells share.
 *
 * @param names of the sheet that is wanted; without any of them it is the first
 * @throws TableFileError when the file is no workbook, or damaged
 */
export async function* parseXlsx(bytes: Buffer, names: readonly string[]): AsyncGenerator<TableRow> {
  const parts = await XlsxParts.open(bytes);
  const relationships = await collect(parts, RELATIONSHIPS, 'Relationship');
  const sheet = await findSheet(parts, relationships, names);
  const rows = new SheetRows(await readSharedStrings(parts, relationships));
  for await (const _ of parts.parse(sheet, rows)) yield* rows.take();
}

async function findSheet(
  parts: XlsxParts,
  relationships: readonly Attributes[],
  names: readonly string[],
): Promise<string> {
  const files = new Map(ofType(relationships, 'worksheet').map((one) => [one['Id'], fileOf(one)]));
  const sheets = (await collect(parts, WORKBOOK, 'sheet'))
    .map((attributes) => ({ name: attributes['name'] ?? '', file: files.get(relationshipOf(attributes)) }))
    .filter((sheet) => sheet.file !== undefined);
  const sheet = sheets.find(({ name }) => names.includes(name)) ?? sheets[0];
  if (!sheet) throw new TableFileError('the workbook has no sheet with cells');
  return sheet.file!;
}

async function readSharedStrings(parts: XlsxParts, relationships: readonly Attributes[]): Promise<readonly string[]> {
  const strings = new SharedStrings();
  const [relationship] = ofType(relationships, 'sharedStrings');
  if (relationship) await parts.parseAll(fileOf(relationship), strings);
  return strings.texts;
}

/** The attributes of all elements of a name in a part. */
async function collect(parts: XlsxParts, part: string, element: string): Promise<Attributes[]> {
  const found: Attributes[] = [];
  const handlers: XmlHandlers = {
    open: (name, attributes) => void (name === element && found.push(attributes)),
    text: () => {},
    close: () => {},
  };
  await parts.parseAll(part, handlers);
  return found;
}

/** Types are addresses, of which there are two families; the last part is the same in both. */
function ofType(relationships: readonly Attributes[], type: string): Attributes[] {
  return relationships.filter((one) => one['Type']?.endsWith(`/${type}`));
}

/** A target is relative to the folder of the workbook, unless it begins with a slash. */
function fileOf({ Target = '' }: Attributes): string {
  return posix.resolve(`/${FOLDER}`, Target).slice(1);
}

function relationshipOf(attributes: Attributes): string | undefined {
  return Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1];
}
