// The blog is killed with -9 at random points under load, again and again on the same data: no article may be half there.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';
import { STORES, TestDatabase } from '../../apps/blog/test/databases.js';

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 6);
const WRITERS = 6;
const PASSWORD = 'a password for the admin';

interface Article {
  readonly id: number;
  readonly title: string;
  readonly desc: string;
  readonly content: string;
  readonly version: number;
}

/** Every text of an article that one request writes has the same word in it. */
function textsOf(word: string) {
  return { title: `title ${word}`, desc: `desc ${word}`, content: `${word} `.repeat(200) };
}

function wordOf({ title }: Article): string {
  return title.replace('title ', '');
}

/** Whether an article is a part of what one request wrote, or of several. */
function isHalf(article: Article): boolean {
  const word = wordOf(article);
  const { title, desc, content } = textsOf(word);
  const whole = article.title === title && article.desc === desc && article.content === content;
  return !whole || article.version !== (word.endsWith('a') ? 1 : 2);
}

describe('an article that is half there', () => {
  const whole = { id: 1, version: 1, ...textsOf('w1x1x1a') };

  it.each([
    ['has texts of two requests', { ...whole, content: textsOf('w1x1x1b').content }],
    ['lacks the end of its content', { ...whole, content: whole.content.slice(0, -10) }],
    ['has the version of another change', { ...whole, version: 2 }],
    ['has a change, but not its version', { ...whole, ...textsOf('w1x1x1b') }],
  ])('is noticed when it %s', (_, article) => {
    expect([isHalf(whole), isHalf(article)]).toEqual([false, true]);
  });
});

describe.each(STORES)('the blog on %s, after kill -9', (store) => {
  const folder = tempFolder();
  let database: TestDatabase;
  let blog: TestProgram | undefined;
  let url = '';
  let headers: Record<string, string> = {};
  afterAll(async () => {
    await blog?.end();
    database.remove();
    folder.remove();
  });

  async function start(): Promise<void> {
    blog = TestProgram.start('blog', {
      SIGNPOST_BLOG_HTTP_PORT: '0',
      SIGNPOST_BLOG_REGISTRY_URL: '',
      SIGNPOST_BLOG_DATA_DIR: folder.path,
      SIGNPOST_DATABASE_URL: database.url,
      SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
      SIGNPOST_LIMITS_ENABLED: 'false',
    });
    url = (await blog.ready()).endpoints['blog']!;
  }

  async function ask<T>(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...more, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} is a ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Creates articles and changes some, until the server dies. */
  async function write(
    round: number,
    writer: number,
    tag_id: number,
    acknowledged: Map<number, Article>,
  ): Promise<void> {
    try {
      for (let n = 0; ; n += 1) {
        const key = { 'idempotency-key': `${round}-${writer}-${n}` };
        const made = await ask<Article>(
          'POST',
          '/api/v1/articles',
          { tag_id, ...textsOf(`w${round}x${writer}x${n}a`) },
          key,
        );
        acknowledged.set(made.id, made);
        const path = `/api/v1/articles/${made.id}`;
        // What is under way when the server dies may be done or not.
        acknowledged.delete(made.id);
        const changed = await ask<Article>('PATCH', path, textsOf(`w${round}x${writer}x${n}b`), { 'if-match': '*' });
        acknowledged.set(changed.id, changed);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch: the connection broke
    }
  }

  async function readAll(): Promise<Article[]> {
    const articles: Article[] = [];
    const fields = 'id,title,desc,content,version';
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `page_size=100&fields=${fields}&cursor=${encodeURIComponent(cursor)}`;
      const part = await ask<{ items: Article[]; next_cursor: string | null }>('GET', `/api/v1/articles?${query}`);
      articles.push(...part.items);
      cursor = part.next_cursor;
    }
    return articles;
  }

  it(
    `has whole articles alone, all that it acknowledged, and finds them, ${ROUNDS} times`,
    async () => {
      database = await TestDatabase.create(store);
      await start();
      const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
      const { access_token } = await ask<{ access_token: string }>('GET', '/auth', undefined, { authorization: basic });
      headers = { authorization: `Bearer ${access_token}` };
      const tag = await ask<{ id: number }>('POST', '/api/v1/tags', { name: 'load' });
      const acknowledged = new Map<number, Article>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const writers = Array.from({ length: WRITERS }, (_, n) => write(round, n, tag.id, acknowledged));
        await sleep(50 + Math.random() * 200);
        await blog!.end('SIGKILL');
        await Promise.all(writers);
        await start();

        const stored = await readAll();
        expect(stored.filter(isHalf)).toEqual([]);
        const byId = new Map(stored.map((article) => [article.id, article]));
        for (const [id, article] of acknowledged) expect(byId.get(id)?.title).toBe(article.title);
        // Looking each up would take long: the last ones are those that the kill may have cut.
        for (const { id, title } of stored.slice(0, 2 * WRITERS)) {
          const found = await ask<{ items: Article[] }>(
            'GET',
            `/api/v1/articles?fields=id&q=${encodeURIComponent(title)}`,
          );
          expect(found.items).toEqual([{ id }]);
        }
      }
      expect(acknowledged.size).toBeGreaterThan(ROUNDS);
    },
    120_000 + ROUNDS * 5_000,
  );
});
