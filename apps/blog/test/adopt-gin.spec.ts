// A database of go-gin-example becomes ours where it is.
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mariadb } from '#libs/testing';
import { openDatabase } from '../src/database/open.js';
import { basic, TestBlog } from './harness.js';

const STAMPS = `created_on int(10) unsigned DEFAULT 0, created_by varchar(100) DEFAULT '', modified_on int(10) unsigned DEFAULT 0,
  modified_by varchar(255) DEFAULT '', deleted_on int(10) unsigned DEFAULT 0, state tinyint(3) unsigned DEFAULT 1`;

const TABLES = `
  CREATE TABLE blog_article (id int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, tag_id int(10) unsigned DEFAULT 0,
    title varchar(100) DEFAULT '', \`desc\` varchar(255) DEFAULT '', content text, cover_image_url varchar(255) DEFAULT '', ${STAMPS}
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8;
  CREATE TABLE blog_tag (id int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(100) DEFAULT '', ${STAMPS})
    ENGINE = InnoDB DEFAULT CHARSET = utf8;
  CREATE TABLE blog_auth (id int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, username varchar(50) DEFAULT '',
    password varchar(50) DEFAULT '') ENGINE = InnoDB DEFAULT CHARSET = utf8;`;

const LONG_NAME = 'n'.repeat(100);
const ROWS = `
  INSERT INTO blog_auth VALUES (1, 'test', 'test123'), (2, 'lena', 'Pässwort 1'), (3, 'lena', 'other'), (4, NULL, 'x'), (5, 'open', '');
  INSERT INTO blog_tag (id, name, created_on, created_by, modified_on, modified_by, deleted_on, state) VALUES
    (1, '系统', 100, 'edd', 200, 'lena', 0, 1), (2, 'go', 1, 'edd', 1, '', 0, 0), (3, 'go', 1, '', 1, '', 0, 1),
    (4, 'gone', 1, '', 1, '', 500, 1), (5, 'gone', 1, '', 1, '', 600, 1), (7, '${LONG_NAME}', 1, '', 1, '', 0, 1),
    (8, '${LONG_NAME}', 1, '', 1, '', 0, 1), (9, ' Cafe\u0301 ', 1, '', 1, '', 0, 1), (10, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO blog_article (id, tag_id, title, \`desc\`, content, cover_image_url, created_on, created_by, modified_on, modified_by, deleted_on, state)
  VALUES
    (3, 1, '分布式系统实践', 'Kurz', REPEAT('长', 20000), 'https://a.example/b.png', 1500000000, 'lena', 1600000000, 'edd', 0, 1),
    (4, 4, 'Of a deleted tag', '', 'c', '', 1, '', 1, '', 0, 1), (5, 99, 'Of no tag', '', 'c', '', 1, '', 1, '', 0, 1),
    (6, 0, 'Of no tag', '', 'c', '', 1, '', 1, '', 0, 1), (7, 1, 'Deleted', '', 'c', '', 1, '', 2, '', 900, 1),
    (8, 2, 'Hidden', '', 'c', '', 1, '', 1, '', 0, 0), (20, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`;

const SCHEMA = `SELECT table_name, column_name, column_type, is_nullable, column_default, collation_name, extra, generation_expression
  FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE 'gin%' ORDER BY 1, ordinal_position;
  SELECT table_name, index_name, non_unique, seq_in_index, column_name, index_type
  FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name NOT LIKE 'gin%' ORDER BY 1, 2, 4;
  SELECT table_name, constraint_name, referenced_table_name
  FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE();`;

async function makeGinDatabase(): Promise<{ url: string; connection: Connection }> {
  const server = await Mariadb.shared();
  const url = await server.createDatabase();
  const connection = await server.connect(url);
  await connection.query(TABLES + ROWS);
  return { url, connection };
}

let blog: TestBlog;
let connection: Connection;
beforeAll(async () => {
  const gin = await makeGinDatabase();
  connection = gin.connection;
  blog = await TestBlog.startOn(gin.url);
});
afterAll(async () => {
  await blog.stop();
  await connection.end();
});

const read = async (path: string) => (await blog.ask('GET', `/api/v1/${path}`, blog.as.admin)).body;

describe('a database of go-gin-example', () => {
  it('keeps its articles and tags, with their ids and times', async () => {
    const tag = {
      id: 1,
      name: '系统',
      state: 1,
      created_by: 'edd',
      modified_by: 'lena',
      created_on: 100,
      modified_on: 200,
      version: 1,
    };
    expect(await read('tags/1')).toEqual(tag);
    expect(await read('articles/3')).toEqual({
      id: 3,
      tag_id: 1,
      tag,
      title: '分布式系统实践',
      slug: '分布式系统实践',
      desc: 'Kurz',
      content: '长'.repeat(20_000),
      cover_image_url: 'https://a.example/b.png',
      state: 1,
      created_by: 'lena',
      modified_by: 'edd',
      created_on: 1_500_000_000,
      modified_on: 1_600_000_000,
      version: 1,
    });
    expect(await read('articles/4')).toMatchObject({ tag_id: 4, tag: null });
    expect((await read('articles?q=系统')).items).toHaveLength(1);
    expect((await read('articles')).total).toBe(6);
    expect((await blog.ask('GET', '/api/v1/articles/8')).status).toBe(404);
  });

  it('has a name of its own for each live tag', async () => {
    const { items } = await read('tags?sort=id&fields=id,name&page_size=100');
    expect(items).toEqual([
      { id: 1, name: '系统' },
      { id: 2, name: 'go' },
      { id: 3, name: 'go (3)' },
      { id: 7, name: LONG_NAME },
      { id: 8, name: `${'n'.repeat(96)} (8)` },
      { id: 9, name: 'Caf\u00e9' },
      { id: 10, name: 'tag 10' },
      { id: 11, name: 'untagged' },
    ]);
    expect((await blog.ask('POST', '/api/v1/tags/4/restore', blog.as.admin)).body.name).toBe('gone');
    expect((await blog.ask('POST', '/api/v1/tags/5/restore', blog.as.admin)).status).toBe(409);
  });

  it('has a tag and a slug for each article, or none where the tag was deleted', async () => {
    expect(await read('articles/4')).toMatchObject({ tag_id: 4 });
    expect([await read('articles/5'), await read('articles/6')]).toMatchObject([
      { tag_id: 11, slug: 'of-no-tag' },
      { tag_id: 11, slug: 'of-no-tag-6' },
    ]);
    expect(await read('articles/20')).toMatchObject({
      tag_id: 11,
      title: '',
      slug: 'article',
      content: '',
      state: 1,
      created_on: 0,
    });
    expect((await blog.ask('POST', '/api/v1/articles/7/restore', blog.as.admin)).body).toMatchObject({
      title: 'Deleted',
      modified_on: expect.any(Number),
    });
  });

  it('lets its accounts in by their passwords, but for the one that everybody knows', async () => {
    const status = async (name: string, password: string) =>
      (await blog.ask('GET', '/auth', basic(name, password))).status;
    expect(await status('lena', 'Pässwort 1')).toBe(200);
    expect(await status('test', 'test123')).toBe(401);
    expect(await status('lena-3', 'other')).toBe(401);
    expect(await status('user-4', 'x')).toBe(401);
    expect(await status('open', '')).toBe(401);
  });

  it('keeps what it was, but no password in clear', async () => {
    const [[articles], [tags]] = (await connection
      .query('SELECT COUNT(*) AS n FROM gin_blog_article; SELECT COUNT(*) AS n FROM gin_blog_tag')
      .then(([rows]) => rows)) as unknown as [[{ n: number }], [{ n: number }]];
    expect([articles.n, tags.n]).toEqual([7, 9]);
    const [found] = await connection.query("SHOW TABLES LIKE 'gin_blog_auth'");
    expect(found).toEqual([]);
    const [accounts] = await connection.query("SELECT username FROM blog_auth WHERE password NOT LIKE '$argon2id$%'");
    expect(accounts).toEqual([{ username: 'open' }]);
  });

  it('has the tables of a new one, and takes new rows', async () => {
    const server = await Mariadb.shared();
    const url = await server.createDatabase();
    await (await openDatabase(url)).close();
    const fresh = await server.connect(url);
    expect((await connection.query(SCHEMA))[0]).toEqual((await fresh.query(SCHEMA))[0]);
    await fresh.end();
    const { status, body } = await blog.makeArticle({ title: 'New 😀' });
    expect([status, body.id]).toEqual([201, 21]);
  });

  it('is adopted once, and from the start again when a try was cut off', async () => {
    const { body } = await blog.makeTag();
    const again = await blog.startAnother();
    expect(await read(`tags/${body.id}`)).toEqual(body);
    await again.stop();

    const gin = await makeGinDatabase();
    // What a process leaves that is killed while it copies.
    await gin.connection.query(`
      RENAME TABLE blog_article TO gin_blog_article, blog_tag TO gin_blog_tag, blog_auth TO gin_blog_auth;
      CREATE TABLE blog_tag (id int unsigned PRIMARY KEY, name varchar(100), version int); INSERT INTO blog_tag VALUES (1, 'half', 1);`);
    const database = await openDatabase(gin.url);
    const counts =
      'SELECT (SELECT COUNT(*) FROM blog_tag) AS tags, (SELECT COUNT(*) FROM blog_article) AS articles, (SELECT COUNT(*) FROM blog_auth) AS accounts';
    expect(await database.select(counts)).toEqual([{ tags: 10, articles: 7, accounts: 5 }]);
    await database.close();
    await gin.connection.end();
  });
});
