import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog, type Answer } from './harness.js';

const ITEM_FIELDS = [
  ...['id', 'tag_id', 'tag', 'title', 'slug', 'desc', 'cover_image_url', 'state'],
  ...['created_by', 'modified_by', 'created_on', 'modified_on', 'version'],
];

interface Item {
  readonly id: number;
  readonly title: string;
  readonly created_on: number;
}

describe.each(STORES)('the lists in %s', (store) => {
  let blog: TestBlog;
  /** Of 25 articles, made a second apart but for every third, whose titles repeat. */
  let tag: Answer;
  const items: Item[] = [];
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag = await blog.makeTag();
    for (let n = 0; n < 25; n += 1) {
      const who = n % 5 === 0 ? blog.as.bob : blog.as.ann;
      items.push((await blog.makeArticle({ tag_id: tag.body.id, title: `title ${n % 7}` }, who)).body);
      if (n % 3 !== 0) await blog.clock.advance(1_000);
    }
  });
  afterAll(() => blog.stop());

  const list = (query: string, who = {}) => blog.ask('GET', `/api/v1/articles?tag_id=${tag.body.id}&${query}`, who);
  const ids = ({ body }: Answer): number[] => body.items.map(({ id }: Item) => id);

  /** The ids in the order of several comparisons, the first that tells two items apart. */
  function sorted(...comparisons: ((a: Item, b: Item) => number)[]): number[] {
    const compare = (a: Item, b: Item) => comparisons.map((by) => by(a, b)).find((result) => result !== 0) ?? 0;
    return items.toSorted(compare).map(({ id }) => id);
  }

  const byId = (a: Item, b: Item) => a.id - b.id;
  const byTime = (a: Item, b: Item) => a.created_on - b.created_on;
  const byTitle = (a: Item, b: Item) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
  const down = (by: (a: Item, b: Item) => number) => (a: Item, b: Item) => by(b, a);

  const ORDERS: [sort: string, expected: () => number[]][] = [
    ['', () => sorted(down(byTime), down(byId))],
    ['sort=created_on', () => sorted(byTime, byId)],
    ['sort=id', () => sorted(byId)],
    ['sort=-id', () => sorted(down(byId))],
    ['sort=title', () => sorted(byTitle, byId)],
    ['sort=-title,created_on', () => sorted(down(byTitle), byTime, down(byId))],
    ['sort=-created_on,title', () => sorted(down(byTime), byTitle, down(byId))],
    ['sort=title,-created_on,id', () => sorted(byTitle, down(byTime), byId)],
  ];

  it.each(ORDERS)('are sorted as %j says, page by page and by cursors', async (sort, expected) => {
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(ids(await list(`${sort}&page=${page}`)));
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5, 0]);
    expect(pages.flat()).toEqual(expected());
    expect((await walk(`${sort}&page_size=4`)).flat()).toEqual(expected());
  });

  /** Reads a list by cursors until its end. `between` is called after each part. */
  async function walk(query: string, between: () => Promise<unknown> = () => Promise.resolve()): Promise<number[][]> {
    const parts: number[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await list(`${query}&cursor=${encodeURIComponent(cursor)}`);
      expect(Object.keys(answer.body).sort()).toEqual(['items', 'next_cursor', 'page_size']);
      const link = answer.headers.get('link');
      cursor = answer.body.next_cursor as string | null;
      if (cursor === null) expect(link).toBeNull();
      else expect(new URL(/^<(.*)>; rel="next"$/.exec(link!)![1]!, blog.url).searchParams.get('cursor')).toBe(cursor);
      parts.push(ids(answer));
      await between();
    }
    return parts;
  }

  it('end where they end, also when the last part is full', async () => {
    expect((await walk('page_size=5')).map((part) => part.length)).toEqual([5, 5, 5, 5, 5]);
    expect(await walk('page_size=100')).toHaveLength(1);
    expect(await walk('created_by=nobody')).toEqual([[]]);
  });

  it.each(['', 'sort=created_on', 'sort=title', 'sort=-title,created_on'])(
    'by cursors, sorted by %j, visit each old item once while others come and go',
    async (sort) => {
      const before = new Set(ids(await list('page_size=100')));
      const living: Answer[] = [];
      const remove = (article: Answer) =>
        blog.ask('DELETE', `/api/v1/articles/${article.body.id}`, matching(article, blog.as.admin));
      // Fewer than there are parts: upwards the walk would never come to an end otherwise.
      let rounds = 6;
      const between = async () => {
        if (rounds === 0) return;
        rounds -= 1;
        if (living.length > 2) await remove(living.shift()!);
        for (const title of ['a title', 'title 3', 'zzz']) {
          living.push(await blog.makeArticle({ tag_id: tag.body.id, title }));
        }
      };
      const visited = (await walk(`${sort}&page_size=3`, between)).flat();
      expect(new Set(visited).size).toBe(visited.length);
      expect(visited.filter((id) => before.has(id)).sort((a, b) => a - b)).toEqual([...before].sort((a, b) => a - b));
      for (const article of living) await remove(article);
    },
  );

  it('are filtered, and say how many items there are', async () => {
    const byBob = await list('created_by=bob&page_size=3');
    expect([byBob.body.total, ids(byBob).length]).toEqual([5, 3]);
    expect(byBob.body.items.every(({ created_by }: { created_by: string }) => created_by === 'bob')).toBe(true);
    expect((await list('created_by=bob&state=0')).body.total).toBe(0);
    expect((await list('created_by=ann%20')).body.total).toBe(0);
    expect((await list('created_by=ANN')).body.total).toBe(0);
    expect((await blog.ask('GET', `/api/v1/tags?name=${encodeURIComponent(` ${tag.body.name} `)}`)).body.items).toEqual(
      [tag.body],
    );
  });

  it('leave the content out, unless fields asks for it', async () => {
    const [whole] = (await list('page_size=1')).body.items;
    expect(Object.keys(whole)).toEqual(ITEM_FIELDS);
    const some = await list('page_size=1&fields=content,id,id&sort=id');
    expect(some.body.items).toEqual([{ content: 'Some text.', id: items[0]!.id }]);
    const { body } = await blog.ask('GET', '/api/v1/tags?fields=name');
    expect(body.items).toEqual([{ name: tag.body.name }]);
  });

  it('link to their other pages', async () => {
    const { headers } = await list('page=2');
    const relations = [...headers.get('link')!.matchAll(/page=(\d)>; rel="(\w+)"/g)].map(
      ([, page, name]) => `${name} ${page}`,
    );
    expect(relations).toEqual(['first 1', 'prev 1', 'next 3', 'last 3']);
  });

  it.each([
    ['/api/v1/tags', 'name', 200],
    ['/api/v1/tags', 'created_by', 100],
    ['/api/v1/articles', 'created_by', 100],
    ['/api/v1/articles', 'q', 100],
  ])('take filters that their links can repeat: %s?%s= of %i characters', async (path, name, max) => {
    const ask = (length: number) => blog.ask('GET', `${path}?${name}=${encodeURIComponent('统'.repeat(length))}`);
    const longest = await ask(max);
    expect([longest.status, longest.headers.get('link')!.length < 8_192]).toEqual([200, true]);
    const longer = await ask(max + 1);
    expect([longer.status, longer.body.errors[0].parameter]).toEqual([400, name]);
  });

  it('take back the cursors that they gave, for the same list alone', async () => {
    const { next_cursor } = (await list('cursor=&page_size=3')).body as { next_cursor: string };
    expect((await list(`cursor=${next_cursor}&page_size=7`)).status).toBe(200);
    const others = [
      list(`cursor=${next_cursor}x`),
      list(`cursor=x.${next_cursor.split('.')[1]}`),
      list(`cursor=${next_cursor}&sort=title`),
      list(`cursor=${next_cursor}&state=1`),
      blog.ask('GET', `/api/v1/articles?cursor=${next_cursor}`),
      blog.ask('GET', `/api/v1/tags?cursor=${next_cursor}`),
    ];
    for (const { status, body } of await Promise.all(others)) {
      expect([status, body.errors]).toEqual([400, [{ parameter: 'cursor', detail: expect.any(String) }]]);
    }
  });

  it('go on by a cursor after a restart, and in another process', async () => {
    const { next_cursor } = (await list('cursor=&page_size=3')).body as { next_cursor: string };
    const other = await blog.startAnother();
    const query = `tag_id=${tag.body.id}&cursor=${next_cursor}&page_size=3`;
    const answer = await fetch(`${other.endpoints['blog']}/api/v1/articles?${query}`);
    expect(await answer.json()).toEqual((await list(`cursor=${next_cursor}&page_size=3`)).body);
    await other.stop();
  });

  it.each([
    ['page=0', 'page'],
    ['page=1.5', 'page'],
    ['page_size=0', 'page_size'],
    ['page_size=101', 'page_size'],
    ['cursor=&page=2', 'cursor'],
    ['sort=', 'sort'],
    ['sort=content', 'sort'],
    ['sort=title,', 'sort'],
    ['sort=title,-title', 'sort'],
    ['sort=id,title,created_on,modified_on', 'sort'],
    ['sort=title%20desc', 'sort'],
    ['fields=', 'fields'],
    ['fields=password', 'fields'],
    ['fields=id,,title', 'fields'],
    ['state=2', 'state'],
    ['deleted_on=1', 'deleted_on'],
    ['Page=1', 'Page'],
    ['state=1&state=1', 'state'],
  ])('are a 400 that names the parameter for ?%s', async (query, parameter) => {
    const { status, body } = await list(query);
    expect([status, body.type, body.errors]).toEqual([
      400,
      'urn:signpost:problem:malformed-request',
      [{ parameter, detail: expect.any(String) }],
    ]);
  });
});
