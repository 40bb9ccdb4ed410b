// Each list goes by the index that is meant for it, in order, on both stores: they are asked themselves, with EXPLAIN.
import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { Cursors } from '#libs/http';
import { FakeClock } from '#libs/testing';
import { articleQuery } from '../src/articles/article.schema.js';
import { Articles } from '../src/articles/articles.js';
import { openCaching } from '../src/caching/blog-cache.js';
import type { Database, Statement } from '../src/database/database.js';
import { openDatabase } from '../src/database/open.js';
import { insertRows } from '../src/database/rows.js';
import { Lists } from '../src/lists/list.js';
import { tagQuery } from '../src/tags/tag.schema.js';
import { Tags } from '../src/tags/tags.js';
import type { Viewer } from '../src/users/account.js';
import { STORES, TestDatabase, type Store } from './databases.js';

const ARTICLES = 3_000;
const TAGS = 300;
const AUTHORS = 30;

const VIEWERS: Readonly<Record<string, Viewer>> = {
  nobody: undefined,
  'an author': { name: 'author 7', role: 'author' },
  'an admin': { name: 'admin', role: 'admin' },
};

const EXPLAIN = { SQLite: 'EXPLAIN QUERY PLAN', MariaDB: 'EXPLAIN' } as const;

/** How a store goes about a statement. */
interface Plan {
  /** The index by which it reads the table of the list. */
  readonly index: string | undefined;
  /** Whether it has to sort what it has read. */
  readonly sorts: boolean;
}

describe.each(STORES)('on %s, a list goes by its index:', (store) => {
  let stored: TestDatabase;
  let database: Database;
  let asked: Statement[] = [];
  let articles: Articles;
  let tags: Tags;
  beforeAll(async () => {
    stored = await TestDatabase.create(store);
    database = await openDatabase(stored.url);
    await fill(database);
    const recording: Database = {
      dialect: database.dialect,
      pools: database.pools,
      select: (sql, values = []) => {
        asked.push({ sql, values });
        return database.select(sql, values);
      },
      page: (rows, count) => {
        asked.push(rows, count);
        return database.page(rows, count);
      },
      write: (work) => database.write(work),
      check: () => database.check(),
      close: () => database.close(),
    };
    const lists = new Lists(recording, new Cursors(randomBytes(32)));
    const clock = new FakeClock(0);
    const config = loadConfig({ env: {} });
    const { reads, publisher } = await openCaching({ config, database, clock, log: pino({ level: 'silent' }) });
    const parts = { database: recording, reads, publisher, lists, clock };
    articles = new Articles(parts);
    tags = new Tags(parts);
  });
  afterAll(async () => {
    await database.close();
    stored.remove();
  });

  /** The statements of a list: its page, its count, and the same by cursor, at its beginning and further on. */
  async function statementsOf(kind: 'articles' | 'tags', query: Record<string, string>, viewer: Viewer) {
    asked = [];
    const read = (more: Record<string, string>) =>
      kind === 'articles'
        ? articles.list(articleQuery.parse({ ...query, ...more }), viewer)
        : tags.list(tagQuery.parse({ ...query, ...more }), viewer);
    await read({});
    const [page, count] = asked;
    const part = (await read({ cursor: '', page_size: '2' })) as { next_cursor: string | null };
    if (part.next_cursor !== null) await read({ cursor: part.next_cursor, page_size: '2' });
    return { pages: [page!, ...asked.slice(2)], count: count! };
  }

  it('articles that hold a text by the full-text index', async () => {
    const { pages, count } = await statementsOf('articles', { q: 'text' }, undefined);
    for (const { sql, values } of [...pages, count]) {
      const steps = await database.select<object>(`${EXPLAIN[store]} /* ${randomUUID()} */ ${sql}`, values);
      expect(JSON.stringify(steps)).toMatch(/blog_article_search VIRTUAL TABLE INDEX|"type":"fulltext"/);
    }
  });

  describe.each(Object.keys(VIEWERS))('for %s', (who) => {
    it.each<['articles' | 'tags', Record<string, string>, string]>([
      ['articles', {}, 'blog_article_by_created'],
      ['articles', { sort: 'created_on' }, 'blog_article_by_created'],
      ['articles', { sort: '-modified_on' }, 'blog_article_by_modified'],
      ['articles', { sort: 'title' }, 'blog_article_by_title'],
      ['articles', { sort: 'id' }, 'blog_article_by_id'],
      ['articles', { state: '1' }, 'blog_article_by_created'],
      ['articles', { tag_id: '7' }, 'blog_article_by_tag'],
      ['articles', { tag_id: '7', state: '1' }, 'blog_article_by_tag'],
      ['articles', { created_by: 'author 7' }, 'blog_article_by_author'],
      ['tags', {}, 'blog_tag_by_id'],
      ['tags', { sort: '-id' }, 'blog_tag_by_id'],
      ['tags', { sort: 'name' }, 'blog_tag_by_name'],
      ['tags', { name: 'tag 7' }, 'blog_tag_by_name'],
      ['tags', { sort: '-created_on' }, 'blog_tag_by_created'],
      ['tags', { sort: 'modified_on' }, 'blog_tag_by_modified'],
      ['tags', { created_by: 'author 7' }, 'blog_tag_by_author'],
    ])('%s %j by %s', async (kind, query, index) => {
      const { pages, count } = await statementsOf(kind, query, VIEWERS[who]);
      for (const statement of pages) {
        const plan = await explain(database, store, statement);
        // From a cursor on, the primary key does as well as the index of the ids.
        const used = index.endsWith('_by_id') && plan.index === 'PRIMARY' ? index : plan.index;
        expect([statement.sql, used, plan.sorts]).toEqual([statement.sql, index, false]);
      }
      const counted = await explain(database, store, count);
      expect([count.sql, counted.index]).toEqual([count.sql, expect.stringMatching(/^blog_(article|tag)_by_/)]);
    });
  });
});

/** Articles of many tags and authors over a long time, some of them deleted or hidden; as many as make an index worth it. */
async function fill(database: Database): Promise<void> {
  const common = (n: number) => ({
    created_by: `author ${n % AUTHORS}`,
    created_on: 1_000 + ((n * 7) % 9_000),
    modified_on: 10_000 + ((n * 11) % 9_000),
    deleted_on: n % 20 === 19 ? 20_000 : 0,
    state: n % 10 === 9 ? 0 : 1,
  });
  const rows = Array.from({ length: TAGS }, (_, n) => ({ name: `tag ${n}`, ...common(n) }));
  const texts = Array.from({ length: ARTICLES }, (_, n) => ({
    ...{ tag_id: 1 + (n % TAGS), title: `title ${n % 500}`, slug: `slug-${n}`, content: 'text '.repeat(20) },
    ...common(n),
  }));
  await database.write(async (manager) => {
    await insertRows(manager, 'blog_tag', rows);
    for (let at = 0; at < texts.length; at += 500) await insertRows(manager, 'blog_article', texts.slice(at, at + 500));
    await manager.query(database.dialect.lockSearch === undefined ? 'ANALYZE' : 'ANALYZE TABLE blog_article, blog_tag');
  });
}

function explain(database: Database, store: Store, statement: Statement): Promise<Plan> {
  return store === 'SQLite' ? explainSqlite(database, statement) : explainMysql(database, statement);
}

async function explainSqlite(database: Database, { sql, values }: Statement): Promise<Plan> {
  const steps = await database.select<{ detail: string }>(`${EXPLAIN.SQLite} ${sql}`, values);
  // The values are subqueries, and steps of their own.
  const { detail } = steps.find((step) => /^(SEARCH|SCAN) (a|blog_tag)\b/.test(step.detail))!;
  return {
    index: / INDEX (\w+)/.exec(detail)?.[1] ?? (detail.includes('INTEGER PRIMARY KEY') ? 'PRIMARY' : undefined),
    sorts: steps.some(({ detail }) => detail.includes('TEMP B-TREE')),
  };
}

async function explainMysql(database: Database, { sql, values }: Statement): Promise<Plan> {
  // Each in other words: MariaDB tells another plan of an EXPLAIN that was prepared before, though it does not take that one.
  const once = `${EXPLAIN.MariaDB} /* ${randomUUID()} */ ${sql}`;
  const steps = await database.select<{ key: string | null; Extra: string }>(once, values);
  const [first] = steps;
  return { index: first!.key ?? undefined, sorts: steps.some(({ Extra }) => Extra.includes('filesort')) };
}
