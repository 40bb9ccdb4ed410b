// What was deleted goes for good when it was deleted long ago, and not before.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.js';
import { openDatabase } from '../src/database/open.js';
import { countPurgeable, purge, type PurgeOptions } from '../src/purge/purge.js';
import { STORES } from './databases.js';
import { TestBlog, type Answer } from './harness.js';

const DAY_MS = 86_400_000;

describe.each(STORES)('a purge of %s', (store) => {
  let blog: TestBlog;
  let database: Database;
  beforeEach(async () => {
    blog = await TestBlog.start(store);
    database = await openDatabase(blog.databaseUrl);
  });
  afterEach(async () => {
    await database.close();
    await blog.stop();
  });

  const now = () => Math.floor(blog.clock.now() / 1_000);
  const olderThan = (days: number): PurgeOptions => ({ before: now() - days * 86_400, now: now() });
  const remove = (kind: string, made: Answer) =>
    blog.ask('DELETE', `/api/v1/${kind}/${made.body.id}`, { ...blog.as.admin, 'if-match': '*' });
  const restore = async (kind: string, made: Answer) =>
    (await blog.ask('POST', `/api/v1/${kind}/${made.body.id}/restore`, blog.as.admin)).status;
  const ids = async (table: string, column = 'id') => {
    const rows = await database.select<{ id: number }>(`SELECT ${column} AS id FROM ${table} ORDER BY 1`);
    return rows.map(({ id }) => id).filter((id) => id !== 0);
  };

  /** Half a year of deletions. */
  async function lived() {
    const tags = [];
    for (let n = 0; n < 5; n += 1) tags.push(await blog.makeTag());
    const [empty, old, mixed, live, recent] = tags as [Answer, Answer, Answer, Answer, Answer];
    const gone = await blog.makeArticle({ tag_id: old.body.id });
    const alsoGone = await blog.makeArticle({ tag_id: mixed.body.id });
    const kept = await blog.makeArticle({ tag_id: mixed.body.id });
    const living = await blog.makeArticle({ tag_id: live.body.id });
    for (const article of [gone, alsoGone]) await remove('articles', article);
    for (const tag of [empty, old]) await remove('tags', tag);
    await blog.clock.stall(100 * DAY_MS);
    blog.as.admin = await blog.logIn('admin', blog.password);
    await remove('articles', kept);
    for (const tag of [mixed, recent]) await remove('tags', tag);
    return { empty, old, mixed, live, recent, gone, alsoGone, kept, living };
  }

  it('removes articles, their words, and the tags that nothing names any more, if they were deleted before then', async () => {
    const { mixed, live, recent, kept, living, gone, old } = await lived();
    const purgeable = await countPurgeable(database, olderThan(90));
    expect(purgeable).toMatchObject({ articles: 2, tags: 2 });
    expect(await ids('blog_article')).toHaveLength(4);
    expect(await purge(database, olderThan(90))).toEqual(purgeable);
    expect(await ids('blog_article')).toEqual([kept, living].map(({ body }) => body.id));
    expect(await ids('blog_article_search', 'rowid')).toEqual([kept, living].map(({ body }) => body.id));
    expect(await ids('blog_tag')).toEqual([mixed, live, recent].map(({ body }) => body.id));
    expect([await restore('tags', mixed), await restore('articles', kept)]).toEqual([200, 200]);
    expect([await restore('articles', gone), await restore('tags', old)]).toEqual([404, 404]);
  });

  it('removes nothing that lives, however old, and nothing at all when it is run again', async () => {
    const { live, living } = await lived();
    await blog.clock.stall(400 * DAY_MS);
    expect(await purge(database, olderThan(1))).toMatchObject({ articles: 3, tags: 4 });
    expect([await ids('blog_article'), await ids('blog_tag')]).toEqual([[living.body.id], [live.body.id]]);
    expect(await purge(database, olderThan(1))).toEqual({ articles: 0, tags: 0, answers: 0, sessions: 0 });
  });

  it('keeps a deleted tag for an article that is deleted later', async () => {
    const { kept, mixed } = await lived();
    await purge(database, { before: now() - 1, now: now() });
    expect(await ids('blog_article')).toContain(kept.body.id);
    expect(await ids('blog_tag')).toContain(mixed.body.id);
  });

  it('removes answers and sessions when they have ended, and not before', async () => {
    await blog.makeTag({}, { ...blog.as.admin, 'idempotency-key': 'once' });
    const sessions = (await ids('blog_session')).length;
    expect(sessions).toBeGreaterThan(0);
    expect(await purge(database, olderThan(90))).toEqual({ articles: 0, tags: 0, answers: 0, sessions: 0 });
    await blog.clock.stall(31 * DAY_MS);
    expect(await purge(database, olderThan(90))).toEqual({ articles: 0, tags: 0, answers: 1, sessions });
    expect(await ids('blog_refresh_token', 'hash')).toEqual([]);
  });

  it('goes batch by batch, and lets others write in between', async () => {
    const columns = 'tag_id, title, slug, content, deleted_on';
    const { body } = await blog.makeTag();
    await database.write(async (manager) => {
      for (let n = 0; n < 250; n += 1) {
        await manager.query(`INSERT INTO blog_article (${columns}) VALUES (?, 'x', 'x', 'x', 1)`, [body.id]);
      }
    });
    let sizes: number[] = [];
    const watched: Database = {
      ...database,
      dialect: database.dialect,
      select: (sql, values) => database.select(sql, values),
      page: (rows, count) => database.page(rows, count),
      write: async (work) => {
        const before = (await ids('blog_article')).length;
        const result = await database.write(work);
        sizes = [...sizes, before - (await ids('blog_article')).length];
        expect((await blog.makeTag()).status).toBe(201);
        return result;
      },
    };
    expect((await purge(watched, olderThan(90))).articles).toBe(250);
    expect(sizes.slice(0, 3)).toEqual([100, 100, 50]);
  });
});
