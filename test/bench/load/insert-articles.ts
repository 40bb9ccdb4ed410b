// Does by the raw driver what the blog leaves in MariaDB for each article: the same INSERTs in a transaction, one after the other on each
// of many connections, and counts the commits. Arguments: the database's URL, milliseconds, connections, a tag's id.
import { randomBytes } from 'node:crypto';
import { createConnection, type Connection, type ResultSetHeader } from 'mysql2/promise';
import { buildBigrams } from '../../../apps/blog/src/articles/bigrams.js';
import { anArticle } from '../blog/articles.js';

const [url, ms, connections, tag] = process.argv.slice(2);
const ARTICLE = `INSERT INTO blog_article (tag_id, title, \`desc\`, content, cover_image_url, state, created_by, created_on, modified_by,
  modified_on, version, slug) VALUES (?, ?, ?, ?, '', 1, 'admin', ?, 'admin', ?, 1, ?)`;
const SEARCH = 'INSERT INTO blog_article_search (rowid, bigrams) VALUES (?, ?)';
let begun = 0;
let commits = 0;

async function insert(connection: Connection): Promise<void> {
  const { title, desc, content } = anArticle(Number(tag), begun++);
  const now = Math.floor(Date.now() / 1_000);
  const slug = `bench-${randomBytes(8).toString('hex')}`;
  await connection.beginTransaction();
  const [{ insertId }] = await connection.execute<ResultSetHeader>(ARTICLE, [
    Number(tag),
    title,
    desc,
    content,
    now,
    now,
    slug,
  ]);
  await connection.execute(SEARCH, [insertId, buildBigrams(title, desc, content)]);
  await connection.commit();
}

async function insertAll(): Promise<never> {
  const connection = await createConnection(url!);
  for (;;) {
    await insert(connection);
    commits++;
  }
}

for (let i = 0; i < Number(connections); i++) void insertAll();
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers: commits }));
  process.exit(0);
}, Number(ms));
