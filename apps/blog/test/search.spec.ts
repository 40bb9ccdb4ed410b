import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog } from './harness.js';

const ARTICLES = 60;
const SEED = 6;

/** Few letters, so that texts overlap: of several scripts, and what full-text indexes take for operators or skip. */
const text = (minLength: number, maxLength: number) =>
  fc.string({
    unit: fc.constantFrom(...'abAB系统分布式 "*_-+~<(\'%\\\n0', '😀', 'İ', 'Σ', 'ς', 'e\u0301', 'the ', 'a the b'),
    minLength,
    maxLength,
  });

interface Text {
  readonly title: string;
  readonly desc: string;
  readonly content: string;
}

/** What the search is held against: each character in lower case, and no index at all. */
function fold(whole: string): string {
  return Array.from(whole, (character) => character.toLowerCase()).join('');
}

function holds({ title, desc, content }: Text, q: string): boolean {
  return [title, desc, content].some((part) => fold(part).includes(fold(q)));
}

describe.each(STORES)('a search in %s', (store) => {
  let blog: TestBlog;
  let tag_id: number;
  const stored: (Text & { id: number })[] = [];
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag_id = (await blog.makeTag()).body.id;
    const fields = fc.record({ title: text(1, 8), desc: text(0, 8), content: text(1, 30) });
    const valid = fields.filter(({ title, desc }) => title.trim() !== '' && !/\n/.test(title + desc));
    for (const input of fc.sample(valid, { numRuns: ARTICLES, seed: SEED })) {
      stored.push((await blog.makeArticle({ tag_id, ...input })).body);
    }
  });
  afterAll(() => blog.stop());

  async function find(q: string): Promise<number[]> {
    const { status, body } = await blog.ask(
      'GET',
      `/api/v1/articles?${new URLSearchParams({ q, page_size: '100', sort: 'id' }).toString()}`,
    );
    expect([q, status]).toEqual([q, 200]);
    expect(body.total).toBe(body.items.length);
    return body.items.map(({ id }: { id: number }) => id);
  }

  it('finds exactly the articles whose title, desc or content holds the text', async () => {
    let found = 0;
    const parts = fc.oneof(
      text(2, 6),
      // A part of a text that is there: chance alone would hardly find long ones.
      fc
        .tuple(
          fc.constantFrom(...stored),
          fc.constantFrom('title', 'desc', 'content' as const),
          fc.nat(),
          fc.integer({ min: 2, max: 20 }),
        )
        .map(([article, field, at, length]) => {
          const characters = Array.from(article[field]);
          const start = at % Math.max(1, characters.length - 1);
          return characters.slice(start, start + length).join('');
        }),
    );
    await fc.assert(
      fc.asyncProperty(
        parts.filter((q) => Array.from(q).length >= 2),
        async (q) => {
          const expected = stored.filter((article) => holds(article, q)).map(({ id }) => id);
          expect(await find(q)).toEqual(expected);
          found += expected.length;
        },
      ),
      { numRuns: 150, seed: SEED },
    );
    expect(found).toBeGreaterThan(150);
  });

  it.each(['系统', '分布式系统实践', 'C++', 'go', 'GO', 'O & n', '😀😀', 'ss', '"quoted"'])('finds %j', async (q) => {
    const { body } = await blog.makeArticle({
      tag_id,
      title: '分布式系统实践',
      content: 'C++ & Go & Node 😀😀 "quoted" pass',
    });
    expect(await find(q)).toContain(body.id);
  });

  it('does not find across the borders of title, desc and content', async () => {
    await blog.makeArticle({ tag_id, title: 'xyz1', desc: '1xyz2', content: '2xyz' });
    expect(await find('z11x')).toEqual([]);
    expect(await find('yz1')).toHaveLength(1);
    expect(await find('z12x')).toEqual([]);
  });

  it('finds what an article holds now, and neither what it held nor what is deleted', async () => {
    const before = await blog.makeArticle({ tag_id, content: 'oldoldword' });
    const path = `/api/v1/articles/${before.body.id}`;
    const now = await blog.ask('PATCH', path, matching(before, blog.as.admin), { content: 'newnewword' });
    expect([await find('oldoldword'), await find('newnewword')]).toEqual([[], [before.body.id]]);
    await blog.ask('DELETE', path, matching(now, blog.as.admin));
    expect(await find('newnewword')).toEqual([]);
    await blog.ask('POST', `${path}/restore`, blog.as.admin);
    expect(await find('newnewword')).toEqual([before.body.id]);
  });

  it('finds all that is written side by side', async () => {
    const words = await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const written: [id: number, word: string][] = [];
        for (let n = 0; n < 15; n += 1) {
          const word = `word${writer}of${n}`;
          const made = await blog.makeArticle({ tag_id, title: `${word}old`, content: `${word}old `.repeat(100) });
          const now = { title: `${word}new`, content: `${word}new `.repeat(100) };
          await blog.ask('PATCH', `/api/v1/articles/${made.body.id}`, matching(made, blog.as.admin), now);
          written.push([made.body.id, word]);
        }
        return written;
      }),
    );
    const looked = words.flat().map(async ([id, word]) => [id, await find(`${word}new`), await find(`${word}old`)]);
    expect(await Promise.all(looked)).toEqual(words.flat().map(([id]) => [id, [id], []]));
  });

  it('shows nobody what they may not see', async () => {
    const hidden = await blog.makeArticle({ tag_id, content: 'hiddenword', state: 0 }, blog.as.ann);
    const total = async (who: object) =>
      (await blog.ask('GET', '/api/v1/articles?q=hiddenword', { ...who })).body.total;
    expect(hidden.status).toBe(201);
    expect([await total({}), await total(blog.as.bob), await total(blog.as.ann), await total(blog.as.admin)]).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it('takes a text as long as any, and content as long as any', async () => {
    const q = '系统'.repeat(50);
    const { body } = await blog.makeArticle({ tag_id, content: q.repeat(655) });
    expect(await find(q)).toEqual([body.id]);
    expect(await find('x'.repeat(100))).toEqual([]);
  });

  it.each(['', 'x', '系', 'x'.repeat(101)])('for %j is a 400', async (q) => {
    const { status, body } = await blog.ask('GET', `/api/v1/articles?${new URLSearchParams({ q }).toString()}`);
    expect([status, body.errors]).toEqual([400, [{ parameter: 'q', detail: expect.any(String) }]]);
  });
});
