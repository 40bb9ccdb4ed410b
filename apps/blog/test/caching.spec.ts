import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestRedis } from '#libs/testing';
import { STORES, type Store } from './databases.js';
import { matching, TestBlog, type Answer, type RequestHeaders } from './harness.js';

const CACHES = ['memory', 'Redis'] as const;
const KINDS = STORES.flatMap((store) => CACHES.map((cache) => [store, cache] as const));

const HIT = 'signpost; hit; detail=memory';
const MISS = 'signpost; fwd=miss; stored';
const BYPASSED = 'signpost; fwd=bypass';

let redis: TestRedis;
beforeAll(async () => void (redis = await TestRedis.start()));
afterAll(() => redis.stop());

async function start(store: Store, cache: (typeof CACHES)[number]): Promise<TestBlog> {
  const blog = await TestBlog.start(store, cache === 'Redis' ? { SIGNPOST_REDIS_URL: redis.url } : {});
  // It has told Redis of what it wrote before.
  if (cache === 'Redis') await blog.told('the cache uses Redis', 1);
  return blog;
}

describe.each(KINDS)('reads in %s with the cache in %s', (store, kind) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await start(store, kind)));
  afterAll(() => blog.stop());

  const get = (path: string, who: RequestHeaders = {}) => blog.ask('GET', `/api/v1/${path}`, who);
  const statusOf = ({ headers }: Answer) => headers.get('cache-status');

  /** Asks twice: the first answer comes from the database, the second from memory, and they are the same. */
  async function getTwice(path: string, who: RequestHeaders = {}): Promise<Answer> {
    const [first, second] = [await get(path, who), await get(path, who)];
    expect([statusOf(first), statusOf(second)]).toEqual([MISS, HIT]);
    expect(second.body).toEqual(first.body);
    for (const name of ['etag', 'link', 'content-type', 'cache-control', 'vary', 'x-content-type-options'])
      expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    return second;
  }

  it('are kept, and are new after each write', async () => {
    const article = await blog.makeArticle({}, blog.as.ann);
    const path = `articles/${article.body.id}`;
    expect((await getTwice(path)).body).toEqual(article.body);
    const patched = await blog.ask('PATCH', `/api/v1/${path}`, matching(article, blog.as.ann), { title: 'new' });
    expect((await getTwice(path)).body).toEqual(patched.body);
    await blog.ask('DELETE', `/api/v1/${path}`, matching(patched, blog.as.ann));
    expect((await get(path)).status).toBe(404);
    const restored = await blog.ask('POST', `/api/v1/${path}/restore`, blog.as.ann);
    expect((await getTwice(path)).body).toEqual(restored.body);
  });

  it('of an article change with its tag', async () => {
    const tag = await blog.makeTag();
    const article = await blog.makeArticle({ tag_id: tag.body.id });
    const path = `articles/${article.body.id}`;
    const before = await getTwice(path);
    await getTwice(`articles?tag_id=${tag.body.id}`);
    const renamed = await blog.ask('PUT', `/api/v1/tags/${tag.body.id}`, matching(tag, blog.as.admin), {
      name: blog.freshName(),
    });
    const after = await getTwice(path);
    expect(after.body.tag).toEqual(renamed.body);
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect((await get(`articles?tag_id=${tag.body.id}`)).body.items[0].tag).toEqual(renamed.body);
  });

  it('of lists and their counts are new after each write, whatever they are asked with', async () => {
    const tag = await blog.makeTag();
    const paths = ['', '&sort=title', '&fields=id,content', '&page_size=1&page=2', '&cursor=', '&q=some text'].map(
      (more) => `articles?tag_id=${tag.body.id}${more}`,
    );
    const empty = await Promise.all(paths.map((path) => getTwice(path)));
    for (const { body } of empty) expect(body.items).toEqual([]);
    await blog.makeArticle({ tag_id: tag.body.id });
    await blog.makeArticle({ tag_id: tag.body.id });
    const full = await Promise.all(paths.map((path) => getTwice(path)));
    expect(full.map(({ body }) => body.items.length)).toEqual([2, 2, 2, 1, 2, 2]);
    expect(full[0]!.body.total).toBe(2);
    const tags = await getTwice(`tags?name=${encodeURIComponent(tag.body.name)}`);
    expect(tags.body.items).toEqual([tag.body]);
  });

  it('of a list have an entity tag, which a client may send', async () => {
    const path = 'articles?sort=id';
    const { headers } = await getTwice(path);
    const known = await get(path, { 'if-none-match': headers.get('etag')! });
    expect([known.status, known.body, known.headers.get('etag')]).toEqual([304, '', headers.get('etag')]);
    await blog.makeArticle();
    const changed = await get(path, { 'if-none-match': headers.get('etag')! });
    expect([changed.status, changed.headers.get('etag') === headers.get('etag')]).toEqual([200, false]);
  });

  it('of a row are 304 for who has it, also from memory', async () => {
    const { body } = await blog.makeArticle();
    const { headers } = await getTwice(`articles/${body.id}`);
    for (const tag of [headers.get('etag')!, `W/${headers.get('etag')}`, '*', `"x", ${headers.get('etag')}`]) {
      const known = await get(`articles/${body.id}`, { 'if-none-match': tag });
      expect([known.status, known.body, statusOf(known), known.headers.get('content-type')]).toEqual([
        304,
        '',
        HIT,
        null,
      ]);
    }
  });

  it('of a tag decide nothing for an article that is filed under it when it has changed', async () => {
    const { id: tag_id } = (await blog.makeTag()).body;
    const write = () => blog.makeArticle({ tag_id }, blog.as.ann);
    expect((await write()).body.tag).toMatchObject({ state: 1, version: 1 });
    // Past the API: the cache has not heard of it.
    const change = (columns: string) =>
      blog.change(`UPDATE blog_tag SET ${columns}, version = version + 1 WHERE id = ${tag_id}`);
    await change("name = 'past the cache'");
    const cached = await get(`tags/${tag_id}`);
    expect([statusOf(cached), cached.body.version]).toEqual([HIT, 1]);
    expect((await write()).body.tag).toMatchObject({ name: 'past the cache', version: 2 });
    for (const columns of ['state = 0', 'state = 1, deleted_on = 1']) {
      await change(columns);
      expect((await write()).body).toMatchObject({ status: 422, code: 10003 });
    }
    await change('deleted_on = 0');
    expect((await write()).body.tag).toMatchObject({ name: 'past the cache', version: 5 });
    expect((await get(`articles?tag_id=${tag_id}`)).body.total).toBe(3);
  });

  it('of what is hidden are kept for nobody', async () => {
    const article = await blog.makeArticle({ state: 0 }, blog.as.ann);
    const path = `articles/${article.body.id}`;
    for (let n = 0; n < 2; n += 1) {
      expect([(await get(path)).status, (await get(path, blog.as.bob)).status]).toEqual([404, 404]);
      for (const who of [blog.as.ann, blog.as.admin]) {
        const own = await get(path, who);
        expect([own.status, statusOf(own), own.body.title]).toEqual([200, BYPASSED, 'A title']);
      }
    }
    const shown = await blog.ask('PATCH', `/api/v1/${path}`, matching(article, blog.as.ann), { state: 1 });
    expect((await getTwice(path)).body).toEqual(shown.body);
    await blog.ask('PATCH', `/api/v1/${path}`, matching(shown, blog.as.ann), { state: 0 });
    expect([(await get(path)).status, (await get(path, blog.as.ann)).status]).toEqual([404, 200]);
  });

  it('of an article whose tag is hidden show it to its author alone', async () => {
    const tag = await blog.makeTag({ state: 0 }, blog.as.ann);
    const article = await blog.makeArticle({ tag_id: tag.body.id }, blog.as.ann);
    const path = `articles/${article.body.id}`;
    for (const path of [`articles/${article.body.id}`, `articles/${article.body.id}?min_version=1`]) {
      for (let n = 0; n < 2; n += 1) {
        expect([(await get(path)).body.tag, (await get(path, blog.as.bob)).body.tag]).toEqual([null, null]);
        expect((await get(path, blog.as.ann)).body.tag).toEqual(tag.body);
      }
    }
    expect((await get(path)).headers.get('etag')).not.toBe((await get(path, blog.as.ann)).headers.get('etag'));
  });

  it('with a token come from the cache too, as that user sees it', async () => {
    const article = await blog.makeArticle({}, blog.as.bob);
    const path = `articles/${article.body.id}`;
    expect(statusOf(await get(path))).toBe(MISS);
    expect(statusOf(await get(path, blog.as.ann))).toBe(HIT);
    const tag = await blog.makeTag();
    await blog.makeArticle({ tag_id: tag.body.id, state: 0 }, blog.as.ann);
    const list = `articles?tag_id=${tag.body.id}`;
    const seen = [{}, blog.as.ann, blog.as.bob, blog.as.admin].map(
      async (who) => (await getTwice(list, who)).body.total,
    );
    expect(await Promise.all(seen)).toEqual([0, 1, 0, 1]);
  });

  it('with a token that is no longer good are refused', async () => {
    const article = await blog.makeArticle();
    const who = await blog.logIn('bob', 'bob-password');
    const path = `articles/${article.body.id}`;
    await get(path, who);
    expect(statusOf(await get(path, who))).toBe(HIT);
    await blog.ask('POST', '/auth/logout', who);
    expect((await get(path, who)).status).toBe(401);
    expect((await get(path, { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await get(path, { authorization: 'Basic eDp5' })).status).toBe(401);
  });

  it('of what does not exist are new when it does', async () => {
    const { body } = await blog.makeTag();
    const next = body.id + 1;
    expect([(await get(`tags/${next}`)).status, (await get(`tags/${next}`)).status]).toEqual([404, 404]);
    const made = await blog.makeTag();
    expect((await get(`tags/${next}`)).body).toEqual(made.body);
  });

  it('of tags are new when a file of them is imported', async () => {
    const next = (await blog.makeTag()).body.id + 1;
    const name = blog.freshName();
    const list = `tags?name=${encodeURIComponent(name)}`;
    expect([(await get(`tags/${next}`)).status, (await getTwice(list)).body.total]).toEqual([404, 0]);
    const file = new File([`name\n${name}\n`], 'tags.csv');
    const imported = await blog.sendForm('/api/v1/tags/import', blog.as.ann, { file });
    expect([imported.status, imported.body.imported]).toEqual([200, 1]);
    expect([(await get(`tags/${next}`)).body.name, (await get(list)).body.total]).toEqual([name, 1]);
  });

  it('pass over what is older than the version that is asked for', async () => {
    const { body } = await blog.makeArticle();
    const path = `articles/${body.id}`;
    await getTwice(path);
    expect(statusOf(await get(`${path}?min_version=1`))).toBe(HIT);
    const later = await get(`${path}?min_version=2`);
    expect([later.status, later.body.detail, later.headers.get('cache-control')]).toEqual([
      409,
      'it is version 1',
      'no-store',
    ]);
    expect((await get(`${path}?min_version=1x`)).status).toBe(400);
    expect((await get(`${path}?min_version=01`)).status).toBe(200);
    expect((await get(`${path}?min_version=`)).status).toBe(400);
    expect((await get(`${path}?version=1`)).status).toBe(400);
  });

  it('that go the long way come to the same answer', async () => {
    const { body } = await blog.makeArticle();
    const path = `/api/v1/articles/${body.id}`;
    const { headers } = await getTwice(`articles/${body.id}`);
    for (const spelt of [`${path}?`, `/api/v1/articles/0${body.id}`, `/api/v1/%61rticles/${body.id}`]) {
      const answer = await blog.ask('GET', spelt);
      expect([spelt, answer.status, answer.body, answer.headers.get('etag')]).toEqual([
        spelt,
        200,
        body,
        headers.get('etag'),
      ]);
    }
    const head = await blog.ask('HEAD', path);
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length'), head.body]).toEqual([
      200,
      headers.get('etag'),
      headers.get('content-length'),
      '',
    ]);
    expect((await blog.ask('GET', path, { accept: 'text/html' })).status).toBe(406);
    expect((await blog.ask('GET', path, { accept: 'text/html, */*;q=0.1' })).status).toBe(200);
    expect((await blog.ask('POST', path)).status).toBe(405);
  });

  it('hear of what is written past the API, as the documentation says how', async () => {
    const { body } = await blog.makeArticle();
    const [path, list] = [`articles/${body.id}`, 'articles?sort=-id&page_size=1'];
    await getTwice(path);
    await getTwice(list);
    const page = readFileSync('docs/double-write.md', 'utf8');
    const [, statements] = /```sql\n([^`]*)```/.exec(page)!;
    const change = `UPDATE blog_article SET title = 'past it', version = version + 1 WHERE id = ${body.id}`;
    await blog.change(change, ...statements!.trim().split('\n'));
    await eventually('the news', 10_000, async () => {
      await blog.clock.advance(100);
      return (await get(path)).body.title === 'past it';
    });
    expect((await get(list)).body.items[0].title).toBe('past it');
  });

  it('of very long addresses are answered and not kept', async () => {
    const path = `articles?q=${encodeURIComponent('系'.repeat(90))}&created_by=${encodeURIComponent('统'.repeat(40))}`;
    const answers = [await get(path), await get(path)];
    expect(answers.map((answer) => [answer.status, statusOf(answer)])).toEqual([
      [200, BYPASSED],
      [200, BYPASSED],
    ]);
  });
});

describe.each(CACHES)('two blogs over one database with the cache in %s', (kind) => {
  let blog: TestBlog;
  let other: TestBlog['url'];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    blog = await start('MariaDB', kind);
    const started = await blog.startAnother();
    other = started.endpoints['blog']!;
    stop = () => started.stop();
    if (kind === 'Redis') await blog.told('the cache uses Redis', 2);
  });
  afterAll(async () => {
    await stop();
    await blog.stop();
  });

  const titleAt = async (url: string, id: number, more = '') =>
    ((await (await fetch(`${url}/api/v1/articles/${id}${more}`)).json()) as { title: string }).title;

  it('hear of what the other one writes, within a second', async () => {
    const article = await blog.makeArticle();
    const { id } = article.body;
    for (let n = 0; n < 2; n += 1) expect(await titleAt(other, id)).toBe('A title');
    await blog.ask('PATCH', `/api/v1/articles/${id}`, matching(article, blog.as.admin), { title: 'new' });
    expect(await titleAt(blog.url, id)).toBe('new');
    // Who knows the version need not wait.
    expect(await titleAt(other, id, '?min_version=2')).toBe('new');
    await eventually('the other one', 10_000, async () => {
      await blog.clock.advance(10);
      return (await titleAt(other, id)) === 'new';
    });
  });
});

it('what was written without Redis is told to it before it is used again', async () => {
  const blog = await start('SQLite', 'Redis');
  const { body } = await blog.makeArticle();
  const path = `/api/v1/articles/${body.id}`;
  expect((await blog.ask('GET', path)).body.title).toBe('A title');
  await blog.halt();
  const alone = await blog.startAnother({ SIGNPOST_REDIS_URL: '' });
  const changed = await fetch(`${alone.endpoints['blog']}${path}`, {
    method: 'PATCH',
    headers: { ...blog.as.admin, 'if-match': '*', 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'new' }),
  });
  expect(changed.status).toBe(200);
  await alone.stop();
  blog.logged.length = 0;
  const again = await blog.startAnother();
  await blog.told('the cache uses Redis', 1);
  const answer = await fetch(`${again.endpoints['blog']}${path}`);
  expect((await answer.json()) as object).toMatchObject({ title: 'new', version: 2 });
  await again.stop();
  await blog.stop();
});

it('nothing in Redis lacks a time to live, or lies outside of the names of this database', async () => {
  await redis.command('FLUSHALL');
  const [one, two] = [await start('SQLite', 'Redis'), await start('SQLite', 'Redis')];
  for (const blog of [one, two]) {
    const { body } = await blog.makeArticle();
    await blog.ask('GET', `/api/v1/articles/${body.id}`);
    await blog.ask('GET', '/api/v1/articles');
    await blog.ask('GET', '/api/v1/tags/999');
  }
  const keys = await redis.keys();
  expect(new Set(keys.map((key) => key.split(':').slice(0, 3).join(':'))).size).toBe(2);
  for (const key of keys) {
    expect(key).toMatch(/^signpost:blog:[\w-]{12}:/);
    expect([key, Number(await redis.command('PTTL', key)) > 0]).toEqual([key, true]);
  }
  await one.stop();
  await two.stop();
});

it('reads that are not public stay so', async () => {
  const blog = await TestBlog.start('SQLite', { SIGNPOST_AUTH_PUBLIC_READS: 'false' });
  const { body } = await blog.makeArticle();
  for (const path of [`/api/v1/articles/${body.id}`, '/api/v1/articles']) {
    for (let n = 0; n < 2; n += 1) {
      expect((await blog.ask('GET', path, blog.as.bob)).status).toBe(200);
      expect((await blog.ask('GET', path)).status).toBe(401);
    }
  }
  await blog.stop();
});
