// How often a request goes to the database and back, as the server itself counts: a text of several statements is one.
import { randomUUID } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mariadb, type OwnMariadb } from '#libs/testing';
import { matching, TestBlog } from './harness.js';

let mariadb: OwnMariadb;
let beside: Connection;
let blog: TestBlog;
let tag_id: number;
beforeAll(async () => {
  mariadb = await Mariadb.start();
  const url = await mariadb.server.createDatabase();
  beside = await mariadb.server.connect(url);
  blog = await TestBlog.startOn(url, { SIGNPOST_BLOG_CACHE_SIZE: '0' });
  tag_id = (await blog.makeTag()).body.id;
  for (let n = 0; n < 12; n += 1) await blog.makeArticle(n % 2 ? { tag_id } : {});
  await beside.query("SET GLOBAL log_output = 'TABLE'");
});
afterAll(async () => {
  beside.destroy();
  await blog.stop();
  await mariadb.stop();
});

/** What the blog sends to the server while `work` runs, without those that set up a connection. */
async function statements(work: () => Promise<unknown>): Promise<string[]> {
  await beside.query('TRUNCATE mysql.general_log; SET GLOBAL general_log = 1');
  await work();
  await beside.query('SET GLOBAL general_log = 0');
  const sql = `SELECT CAST(argument AS CHAR) AS text FROM mysql.general_log
    WHERE command_type IN ('Query', 'Execute') AND thread_id <> CONNECTION_ID() AND argument NOT LIKE 'SET SESSION%'`;
  const [rows] = (await beside.query(sql)) as unknown as [{ text: string }[]];
  return rows.map(({ text }) => text);
}

const get = (path: string) => async () =>
  expect((await blog.ask('GET', `/api/v1/${path}`, blog.as.ann)).status).toBe(200);

describe('a request goes to the database', () => {
  it.each([
    ['GET articles', 2, () => get('articles')],
    [
      'GET articles, all filters',
      2,
      () => get(`articles?tag_id=${tag_id}&state=1&created_by=admin&q=text&sort=title&fields=content`),
    ],
    ['GET articles by cursor', 1, () => get('articles?cursor=&page_size=3')],
    ['GET article', 1, () => get('articles/1')],
    ['GET tags', 2, () => get('tags')],
    ['GET tag', 1, () => get('tags/1')],
    // The tag, the article, and with the commit its words and for the cache that there was a write.
    ['POST article', 3, () => () => blog.makeArticle({ tag_id, title: randomUUID() })],
    ['POST article, its title taken', 6, () => () => blog.makeArticle({ tag_id, title: 'taken' })],
    ['POST tag', 2, () => () => blog.makeTag()],
    // What has expired, the claim, its commit, the tag, the answer, and the end.
    [
      'POST tag with Idempotency-Key',
      6,
      () => () => blog.makeTag({}, { ...blog.as.admin, 'idempotency-key': randomUUID() }),
    ],
  ])('%s: %d times', async (_, times, toWork) => {
    await toWork()(); // so that what is prepared once is prepared
    expect(await statements(toWork())).toHaveLength(times);
  });

  it('POST article, whose tag the cache knows: 2 times', async () => {
    const { url } = blog;
    const cached = await blog.startAnother({ SIGNPOST_BLOG_CACHE_SIZE: '1000000' });
    blog.url = cached.endpoints['blog']!;
    try {
      await blog.makeArticle({ tag_id, title: randomUUID() });
      const sent = await statements(() => blog.makeArticle({ tag_id, title: randomUUID() }));
      expect(sent).toHaveLength(2);
    } finally {
      blog.url = url;
      await cached.stop();
    }
  });

  it('PATCH article: 5 times', async () => {
    const article = await blog.makeArticle({ tag_id });
    const sent = await statements(() =>
      blog.ask('PATCH', `/api/v1/articles/${article.body.id}`, matching(article, blog.as.admin), { title: 'patched' }),
    );
    expect(sent).toHaveLength(5);
  });
});
