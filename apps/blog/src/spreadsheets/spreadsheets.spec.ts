import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import readExcelFile from 'read-excel-file/node';
import { describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { ZipFile } from 'yazl';
import { buildCsvRow } from './csv.js';
import { readTable } from './read-table.js';
import { guardCell, unguardCell } from './safe-cell.js';
import { MAX_ROWS, type Cell } from './table-file.js';
import { MAX_UNPACKED } from './xlsx-parts.js';
import { buildXlsx } from './xlsx-writer.js';

/** Any text that is well-formed, and often what CSV, XML or a spreadsheet gives a meaning to. */
const special = fc.constantFrom(...'=+-@\t\r\n\',"&<>;_x000D_ \u0000\u001f\ufffe\uffff＝一😀'.match(/./gsu)!);
const text = fc.oneof(
  fc.string({ unit: special, maxLength: 8 }),
  fc.string({ unit: 'binary' }).map((any) => any.toWellFormed()),
);
/** Cells of rows that a reader cannot take for empty ones. */
const table = fc.array(fc.tuple(text, text, fc.constant('end')), { minLength: 1, maxLength: 5 });

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function xlsx(rows: readonly (readonly Cell[])[]): Promise<Buffer> {
  return buffer(buildXlsx('tags', each(rows)));
}

function csv(rows: readonly (readonly Cell[])[]): Buffer {
  return Buffer.from(rows.map(buildCsvRow).join(''));
}

async function cellsOf(file: Buffer | string): Promise<(readonly string[])[]> {
  return (await rowsOf(file)).map(([, ...cells]) => cells as string[]);
}

/** Each row's number, and its cells. */
async function rowsOf(file: Buffer | string, sheets: readonly string[] = []): Promise<(number | string)[][]> {
  const rows: (number | string)[][] = [];
  for await (const { number, cells } of readTable(Buffer.from(file), sheets)) rows.push([number, ...cells]);
  return rows;
}

/** The same workbook, whose largest part claims to be small. */
function lying(file: Buffer, size: number): Buffer {
  const copy = Buffer.from(file);
  for (let at = copy.indexOf('PK\x01\x02'); at >= 0; at = copy.indexOf('PK\x01\x02', at + 1)) {
    if (copy.readUInt32LE(at + 24) > 1_000) copy.writeUInt32LE(size, at + 24);
  }
  return copy;
}

function zip(parts: Record<string, string | Buffer>): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, content] of Object.entries(parts)) file.addBuffer(Buffer.from(content), name);
  file.end();
  return buffer(file.outputStream);
}

/** A workbook of one sheet, whose XML is given. */
function workbook(sheet: string, more: Record<string, string | Buffer> = {}): Promise<Buffer> {
  const target = (id: string, type: string, path: string) =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${path}"/>`;
  return zip({
    'xl/workbook.xml': '<workbook><sheets><sheet name="one" r:id="a"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `<r>${target('a', 'worksheet', 'sheet.xml')}${target('b', 'sharedStrings', '/xl/s.xml')}</r>`,
    'xl/s.xml': '<sst><si><t>first</t></si><si><r><t>sec</t></r><r><t>ond</t></r><rPh><t>aside</t></rPh></si></sst>',
    'xl/sheet.xml': sheet,
    ...more,
  });
}

describe('a guarded cell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '＝1', "'=1", "''@x"])('has a quote before %j', (cell) => {
    expect(guardCell(cell)).toBe(`'${cell}`);
  });

  it.each(['', 'x', 'a=b', "'quoted'", "'", ' =1'])(
    'is left alone when no spreadsheet takes it for a formula: %j',
    (cell) => {
      expect([guardCell(cell), unguardCell(cell)]).toEqual([cell, cell]);
    },
  );

  it('never begins like a formula, and gives its text back', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(guardCell(any)).not.toMatch(/^[=+\-@\t\r]/);
        expect(unguardCell(guardCell(any))).toBe(any);
      }),
    );
  });
});

describe('a table that was written', () => {
  it.each([
    ['CSV', csv],
    ['XLSX', xlsx],
  ])('as %s is read as it was', async (_, build) => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        expect(await cellsOf(await build(rows))).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('as XLSX is read so by another program, numbers as numbers', async () => {
    const rows: Cell[][] = [
      ['name', 'state'],
      ["'=1+1", 0],
      ['系统 <&> "😀"', 1],
      ['_x0041_ line\nbreak', 4_294_967_295],
    ];
    const [sheet] = await readExcelFile(await xlsx(rows), { trim: false });
    expect([sheet!.sheet, sheet!.data]).toEqual(['tags', rows]);
  });

  it('is packed row by row, as whoever reads it goes on', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<Cell[]> {
      for (;;) yield [`row ${(made += 1)}`, Math.random()];
    }
    const output = buildXlsx('tags', endless());
    for await (const piece of output) if ((piece as Buffer).length > 1_000) break;
    const before = made;
    await new Promise((resolve) => setImmediate(resolve));
    expect(output.destroyed).toBe(true);
    expect(made).toBe(before);
  });

  it('breaks off when its rows do', async () => {
    async function* failing(): AsyncGenerator<Cell[]> {
      yield ['one'];
      throw new Error('away');
    }
    await expect(buffer(buildXlsx('tags', failing()))).rejects.toThrow('away');
  });
});

describe('CSV', () => {
  it.each([
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['LF', 'a,b\n1,2\n'],
    ['CR', 'a,b\r1,2\r'],
    ['no line end at its end', 'a,b\n1,2'],
    ['a byte order mark', '\ufeffa,b\n1,2\n'],
    ['quotes', '"a",b\r\n"1","2"'],
  ])('with %s is read', async (_, file) => {
    expect(await rowsOf(file)).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
    ]);
  });

  it('counts rows as a spreadsheet does: one with line breaks in quotes is one, and an empty one counts', async () => {
    expect(await rowsOf('a\n"x\r\ny ""z"""\n\nlast,\n')).toEqual([
      [1, 'a'],
      [2, 'x\r\ny "z"'],
      [3, ''],
      [4, 'last', ''],
    ]);
  });

  it.each([
    ['not UTF-8', Buffer.from('a\n\xe9t\xe9\n', 'latin1'), 'octet 2 is wrong'],
    ['UTF-16', Buffer.from('\ufeffa\n', 'utf16le'), 'neither a workbook (.xlsx) nor CSV in UTF-8: octet 0 is wrong'],
    ['a quote that is not closed', 'a\nb\n"c\nd\n', 'row 3: a quote is not closed'],
    ['a quote in the middle', 'a\nb"c\n', 'row 2: a quote stands where none may'],
    ['a row without end', `a\n"${'x'.repeat(70_000)}"`, 'row 2 is longer than 65536 octets'],
    ['nothing', '', 'the file is empty'],
    ['too many rows', 'x\n'.repeat(MAX_ROWS + 2), `a file may have ${MAX_ROWS} rows`],
    ['too many columns', `a\n${','.repeat(100)}`, 'row 2 has more than 100 columns'],
  ])('that is malformed is told where: %s', async (_, file, message) => {
    await expect(rowsOf(file)).rejects.toThrow(message);
  });
});

describe('a workbook', () => {
  it('of another program is read', async () => {
    const file = await writeExcelFile([
      { data: [['not this']], sheet: 'other' },
      {
        data: [
          ['name', 'state', 'on'],
          ['系统', 1, true],
          [null, null, 'last'],
        ],
        sheet: 'tags',
      },
    ]).toBuffer();
    expect(await rowsOf(file, ['tags'])).toEqual([
      [1, 'name', 'state', 'on'],
      [2, '系统', '1', 'TRUE'],
      [3, '', '', 'last'],
    ]);
    expect(await rowsOf(file)).toEqual([[1, 'not this']]);
  });

  it('has texts that its cells share, places that they name, formulas with their results, and prefixes', async () => {
    const file = await workbook(
      `<x:worksheet><x:sheetData><x:row r="3"><x:c r="B3" t="s"><x:v>1</x:v></x:c></x:row>
       <x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="str"><x:f>A1&amp;"x"</x:f><x:v>result</x:v></x:c><x:c><x:v>1.50</x:v></x:c></x:row>
       </x:sheetData></x:worksheet>`,
    );
    expect(await rowsOf(file)).toEqual([
      [3, '', 'second'],
      [4, 'first', 'result', '1.5'],
    ]);
  });

  it.each([
    ['no archive', () => Buffer.from('PK\x03\x04 and nothing'), 'the workbook is damaged: '],
    ['a cut archive', async () => (await xlsx([['a']])).subarray(0, -30), 'the workbook is damaged: '],
    ['encrypted', () => Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'the workbook is encrypted, or older'],
    ['an archive of something else', () => zip({ 'a.txt': 'a' }), 'the file is no workbook: it has no xl/_rels'],
    [
      'without sheets',
      () => workbook('', { 'xl/workbook.xml': '<workbook/>' }),
      'the workbook has no sheet with cells',
    ],
    ['malformed XML', () => workbook('<a><b></a>'), 'xl/sheet.xml in the workbook: malformed XML'],
    ['cut XML', () => workbook('<worksheet><row>'), 'xl/sheet.xml in the workbook: malformed XML'],
    [
      'no UTF-8',
      () => workbook('', { 'xl/s.xml': Buffer.from('<a>\xe9</a>', 'latin1') }),
      'xl/s.xml in the workbook is not UTF-8',
    ],
    [
      'a text that is not there',
      () => workbook('<s><row r="7"><c t="s"><v>9</v></c></row></s>'),
      'row 7 refers to a text',
    ],
    ['a far column', () => workbook('<s><row><c r="XFD1"><v>1</v></c></row></s>'), 'row 1 has more than 100 columns'],
    ['too many rows', () => workbook(`<s>${'<row/>'.repeat(MAX_ROWS + 2)}</s>`), `a file may have ${MAX_ROWS} rows`],
    ['deep', () => workbook('<a>'.repeat(33)), 'elements stand too deep in each other'],
    [
      'attributes',
      () => workbook(`<a ${Array.from({ length: 65 }, (_, n) => `a${n}=""`).join(' ')}/>`),
      'too many attributes',
    ],
    ['entities', () => workbook('<!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>'), 'it has a document type'],
    ['an unknown entity', () => workbook('<a>&b;</a>'), 'malformed XML'],
  ])('that is malformed is told why: %s', async (_, build, message) => {
    await expect(rowsOf(await build())).rejects.toThrow(message);
  });

  it('is unpacked no further than to a limit, whatever it says of its size', async () => {
    const bomb = await workbook(' '.repeat(MAX_UNPACKED));
    expect(bomb.length).toBeLessThan(MAX_UNPACKED / 100);
    await expect(rowsOf(bomb)).rejects.toThrow(`the workbook unpacks to more than ${MAX_UNPACKED} octets`);
    await expect(rowsOf(lying(bomb, 10))).rejects.toThrow('the workbook is damaged: too many bytes in the stream');
  });

  it('is not read when one of its files is encrypted', async () => {
    const file = await workbook('<a/>');
    const entry = file.lastIndexOf('PK\x01\x02');
    file.writeUInt16LE(file.readUInt16LE(entry + 8) | 1, entry + 8);
    await expect(rowsOf(file)).rejects.toThrow('the workbook is encrypted');
  });
});
