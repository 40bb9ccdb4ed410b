// Tags as files: what is exported can be imported, by a spreadsheet's rules and ours.
import fc from 'fast-check';
import readExcelFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { STORES } from './databases.js';
import { TestBlog, type Answer, type RequestHeaders } from './harness.js';

const HEADER = 'id,name,state,created_by,created_on,modified_by,modified_on';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** What every file of one import has to say. */
type Upload = { mode?: string; who?: RequestHeaders; field?: string; more?: Record<string, string> };

async function upload(blog: TestBlog, file: string | Buffer, options: Upload = {}): Promise<Answer> {
  const { mode, who = blog.as.ann, field = 'file', more = {} } = options;
  const blob = new File([new Uint8Array(Buffer.from(file))], 'tags.xlsx');
  const fields = { ...more, [field]: blob, ...(mode !== undefined && { mode }) };
  return blog.sendForm('/api/v1/tags/import', who, fields);
}

async function download(blog: TestBlog, format: string, who: RequestHeaders): Promise<Buffer> {
  const response = await fetch(`${blog.url}/api/v1/tags/export?format=${format}`, { headers: who });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Name and state of each row of an exported CSV whose names hold no line breaks or commas. */
function listed(csv: Buffer): string[] {
  const [, ...rows] = csv.toString().trimEnd().split('\r\n');
  return rows.map((row) => row.split(',').slice(1, 3).join(','));
}

async function clear(blog: TestBlog): Promise<void> {
  const { body } = await blog.ask('GET', '/api/v1/tags?page_size=100', blog.as.admin);
  const headers = { ...blog.as.admin, 'if-match': '*' };
  await Promise.all(body.items.map(({ id }: { id: number }) => blog.ask('DELETE', `/api/v1/tags/${id}`, headers)));
  if (body.total > 100) await clear(blog);
}

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  const names = async () => {
    const { body } = await blog.ask('GET', '/api/v1/tags?page_size=100&sort=id', blog.as.admin);
    return body.items.map(({ name }: { name: string }) => name) as string[];
  };

  describe('the export of tags', () => {
    it('is CSV with a row for each that is seen, and no cell that begins like a formula', async () => {
      await clear(blog);
      const at = Math.floor(blog.clock.now() / 1_000);
      const made: number[] = [];
      for (const name of ['=1+1', 'a, "b"', '系统 😀', "'=1", '-x'])
        made.push((await blog.makeTag({ name }, blog.as.ann)).body.id);
      const hidden = await blog.makeTag({ name: 'hidden', state: 0 }, blog.as.ann);
      const gone = await blog.makeTag({ name: 'gone' });
      await blog.ask('DELETE', `/api/v1/tags/${gone.body.id}`, { ...blog.as.admin, 'if-match': '*' });
      const row = (id: number, name: string, state = 1) => `${id},${name},${state},ann,${at},ann,${at}\r\n`;
      const shown = ["'=1+1", '"a, ""b"""', '系统 😀', "''=1", "'-x"].map((name, n) => row(made[n]!, name)).join('');
      expect((await download(blog, 'csv', blog.as.bob)).toString()).toBe(`${HEADER}\r\n${shown}`);
      const own = `${HEADER}\r\n${shown}${row(hidden.body.id, 'hidden', 0)}`;
      expect((await download(blog, 'csv', blog.as.ann)).toString()).toBe(own);
    });

    it('is a workbook that another program reads, with the same cells', async () => {
      await clear(blog);
      const { body } = await blog.makeTag({ name: '@x <&>' });
      const [sheet] = await readExcelFile(await download(blog, 'xlsx', blog.as.ann), { trim: false });
      const { id, created_on } = body;
      expect([sheet!.sheet, sheet!.data]).toEqual([
        'tags',
        [HEADER.split(','), [id, "'@x <&>", 1, 'admin', created_on, 'admin', created_on]],
      ]);
    });

    it('is a download that is not kept, and a workbook unless CSV is asked for', async () => {
      const head = await blog.ask('HEAD', '/api/v1/tags/export?format=csv', blog.as.ann);
      expect([head.status, head.body]).toEqual([200, '']);
      const seen = ['content-type', 'content-disposition', 'cache-control'].map((name) => head.headers.get(name));
      expect(seen).toEqual(['text/csv; charset=utf-8', 'attachment; filename="tags.csv"', 'no-store']);
      const { headers } = await blog.ask('GET', '/api/v1/tags/export', blog.as.ann);
      expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
        XLSX,
        'attachment; filename="tags.xlsx"',
      ]);
    });

    it('needs a token, also where reading needs none', async () => {
      expect((await blog.ask('GET', '/api/v1/tags/export')).status).toBe(401);
      expect((await blog.ask('HEAD', '/api/v1/tags/export')).status).toBe(401);
    });

    it.each<[string, string, RequestHeaders, number]>([
      ['a format that there is not', '?format=xls', {}, 400],
      ['another parameter', '?page=1', {}, 400],
      ['a media type that it is not', '?format=csv', { accept: 'application/json' }, 406],
    ])('is refused with %s', async (_, query, headers, status) => {
      const answer = await blog.ask('GET', `/api/v1/tags/export${query}`, { ...blog.as.ann, ...headers });
      expect([answer.status, answer.body.status]).toEqual([status, status]);
    });
  });

  describe('the import of tags', () => {
    it.each(['csv', 'xlsx'])('takes what was exported as %s for the same: names and states', async (format) => {
      const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => `${text}`);
      const begun = fc.tuple(fc.constantFrom('=', '+', '-', '@', "'", "'=", '_x000D_', '"', ','), name);
      const tags = fc.uniqueArray(
        fc.record({
          name: fc.oneof(
            name,
            begun.map((parts) => parts.join('')),
          ),
          state: fc.constantFrom(0, 1),
        }),
        { minLength: 1, maxLength: 8, selector: (tag) => tag.name.normalize('NFC').trim() },
      );
      await fc.assert(
        fc.asyncProperty(tags, async (some) => {
          await clear(blog);
          for (const tag of some) await blog.ask('POST', '/api/v1/tags', blog.as.admin, tag);
          const first = await download(blog, format, blog.as.admin);
          const before = (await blog.ask('GET', '/api/v1/tags?fields=name,state', blog.as.admin)).body;
          await clear(blog);
          const { status, body } = await upload(blog, first, { who: blog.as.admin });
          expect([status, body]).toEqual([200, { rows: before.total, imported: before.total, errors: [] }]);
          const after = (await blog.ask('GET', '/api/v1/tags?fields=name,state', blog.as.admin)).body;
          expect(after.items).toEqual(before.items);
        }),
        { numRuns: 8 },
      );
    });

    it('exports again what it was given', async () => {
      await clear(blog);
      const file = `name,state\r\n${Array.from({ length: 505 }, (_, n) => `'=tag ${n},${n % 2}`).join('\r\n')}`;
      const { body } = await upload(blog, file, { who: blog.as.admin });
      expect(body).toEqual({ rows: 505, imported: 505, errors: [] });
      const first = await download(blog, 'csv', blog.as.admin);
      expect(listed(first)).toHaveLength(505);
      await clear(blog);
      expect((await upload(blog, first, { who: blog.as.admin })).body.imported).toBe(505);
      expect(listed(await download(blog, 'csv', blog.as.admin))).toEqual(listed(first));
    });

    it('makes tags of whoever imports them, as a creation would', async () => {
      await clear(blog);
      const file = `id,NAME , state,created_by,created_on\n7,  e\u0301t\u00e9 ,,mallory,5\n`;
      expect((await upload(blog, file)).body).toEqual({ rows: 1, imported: 1, errors: [] });
      const { body } = await blog.ask('GET', '/api/v1/tags');
      const at = Math.floor(blog.clock.now() / 1_000);
      const stamp = { created_by: 'ann', modified_by: 'ann', created_on: at, modified_on: at };
      expect(body.items).toEqual([{ ...stamp, id: expect.any(Number), name: 'été', state: 1, version: 1 }]);
      expect(body.items[0].id).not.toBe(7);
    });

    const BAD = [
      ...[
        'name,state',
        'good,1',
        ',1',
        'taken,1',
        'bad state,2',
        'good,0',
        '',
        `${'x'.repeat(101)},`,
        '"a\tb",x',
        'fine,0',
      ],
    ].join('\n');
    const ERRORS = [
      { row: 3, field: 'name', message: 'is required' },
      { row: 4, field: 'name', message: 'a tag of this name exists already' },
      { row: 5, field: 'state', message: 'expected number to be <=1' },
      { row: 6, field: 'name', message: 'row 2 has this name already' },
      { row: 8, field: 'name', message: 'expected string to have <=100 characters' },
      { row: 9, field: 'name', message: 'must not hold control characters' },
      { row: 9, field: 'state', message: 'expected number, received string' },
    ];

    it('imports nothing when a row is bad, and tells which are', async () => {
      await clear(blog);
      await blog.makeTag({ name: 'taken' });
      for (const mode of [undefined, 'all_or_nothing']) {
        const { status, headers, body } = await upload(blog, BAD, mode === undefined ? {} : { mode });
        expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json; charset=utf-8']);
        expect(body).toEqual({
          type: 'urn:signpost:problem:rows-refused',
          title: 'Rows of the file break a rule: nothing is imported.',
          status: 422,
          code: 10010,
          ...{ rows: 8, imported: 0, errors: ERRORS },
        });
        expect(await names()).toEqual(['taken']);
      }
    });

    it('passes bad rows over when it may', async () => {
      await clear(blog);
      await blog.makeTag({ name: 'taken' });
      const { status, body } = await upload(blog, BAD, { mode: 'skip_bad' });
      expect([status, body]).toEqual([200, { rows: 8, imported: 2, errors: ERRORS }]);
      expect(await names()).toEqual(['taken', 'good', 'fine']);
    });

    it('of one file by many at once adds each tag once', async () => {
      await clear(blog);
      const file = `name\n${Array.from({ length: 600 }, (_, n) => `raced ${n}`).join('\n')}`;
      const some = `name\nraced 599\nother\n`;
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => upload(blog, file, { mode: 'skip_bad' })),
        ...Array.from({ length: 4 }, () => upload(blog, some, { mode: 'all_or_nothing' })),
      ]);
      const imported = answers.map(({ body }) => body.imported ?? 0).reduce((sum: number, n: number) => sum + n, 0);
      expect(answers.every(({ status }) => [200, 409, 422].includes(status))).toBe(true);
      const { body } = await blog.ask('GET', '/api/v1/tags');
      expect(body.total).toBe(imported);
    });

    it('reads a workbook of a spreadsheet, and one of go-gin-example', async () => {
      await clear(blog);
      const data = [
        ['ID', '名称', '创建人', '创建时间', '修改人', '修改时间'],
        [1, '系统', 'test', 1_500_000_000, '', 0],
        [2, 2024, 'test', 1_500_000_000, '', 0],
      ];
      const file = await writeExcelFile([
        { data: [['unlike', 'tags']], sheet: 'notes' },
        { data, sheet: '标签信息' },
      ]).toBuffer();
      expect((await upload(blog, file)).body).toEqual({ rows: 2, imported: 2, errors: [] });
      expect(await names()).toEqual(['系统', '2024']);
    });

    it('takes a byte order mark, and any line ends', async () => {
      await clear(blog);
      expect((await upload(blog, '\ufeffname\r\na\r\nb')).body.imported).toBe(2);
      expect((await upload(blog, 'state,name\n0,"c"\n')).body.imported).toBe(1);
      expect(await names()).toEqual(['a', 'b', 'c']);
    });

    const damaged = Buffer.from('PK\x03\x04 nothing more');

    it.each<[string, string | Buffer, string]>([
      ['no column name', 'state,id\n1,1\n', 'row 1 has no column "name"; columns are id, name, state'],
      ['an unknown column', 'name,colour\nx,red\n', 'row 1: there is no column "colour"; columns are id, name, state'],
      ['a column twice', 'name,NAME\nx,y\n', 'row 1 has the column "name" twice'],
      ['semicolons', 'name;state\nx;1\n', 'row 1: there is no column "name;state"'],
      ['nothing', '', 'the file is empty'],
      ['empty rows alone', '\n,\n', 'the file has no rows'],
      [
        'no UTF-8',
        Buffer.from('name\n\xe9\n', 'latin1'),
        'neither a workbook (.xlsx) nor CSV in UTF-8: octet 5 is wrong',
      ],
      ['an open quote', 'name\n"a\n', 'row 2: a quote is not closed'],
      ['a damaged workbook', damaged, 'the workbook is damaged: '],
      ['an encrypted workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'the workbook is encrypted'],
    ])('refuses a file that is no table of tags: %s', async (_, file, detail) => {
      const { status, body } = await upload(blog, file);
      expect([status, body.type, body.code]).toEqual([422, 'urn:signpost:problem:not-a-table', 10010]);
      expect(body.detail).toContain(detail);
    });

    it('refuses a workbook without a sheet of tags', async () => {
      const file = await writeExcelFile([['unlike', 'tags']], { sheet: 'notes' }).toBuffer();
      expect((await upload(blog, file)).body).toMatchObject({
        status: 422,
        detail: expect.stringContaining('"unlike"'),
      });
    });

    it.each<[string, string | Buffer]>([
      ['more than 5 MiB', Buffer.alloc(5 * 1024 * 1024 + 1, 'x')],
      ['more than 10,000 rows', `name\n${Array.from({ length: 10_001 }, (_, n) => n).join('\n')}`],
    ])('refuses a file that holds too much: %s', async (_, file) => {
      await clear(blog);
      const { status, body } = await upload(blog, file, { mode: 'skip_bad' });
      expect([status, body.type, await names()]).toEqual([413, 'urn:signpost:problem:body-too-large', []]);
    });

    it.each<[string, Upload, string]>([
      ['mode', { mode: 'most' }, 'must be one of all_or_nothing, skip_bad'],
      ['image', { field: 'image' }, 'one file is expected, as file'],
      ['colour', { more: { colour: 'red' } }, 'there is no such field'],
    ])('names the field of the form that is wrong: %s', async (field, options, detail) => {
      const { status, body } = await upload(blog, 'name\nx\n', options);
      expect([status, body.errors]).toEqual([422, [{ pointer: `#/${field}`, detail }]]);
    });

    it('is refused without a token, without a form, and with a query', async () => {
      expect((await upload(blog, 'name\nx\n', { who: {} })).status).toBe(401);
      expect((await blog.ask('POST', '/api/v1/tags/import', blog.as.ann, {})).status).toBe(415);
      expect((await blog.ask('POST', '/api/v1/tags/import?mode=skip_bad', blog.as.ann, {})).status).toBe(400);
      const get = await blog.ask('GET', '/api/v1/tags/import', blog.as.ann);
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    });
  });
});
