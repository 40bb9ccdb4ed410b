import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildBigrams } from '../../articles/bigrams.js';
import { isMysql } from './types.js';

/** How many articles are read at a time: their contents are in memory together. */
const BATCH = 50;

/** SQLite keeps the index alone: what was indexed can be had from the article. */
const SQLITE_TABLE = `CREATE VIRTUAL TABLE blog_article_search USING fts5(
  bigrams, content='', contentless_delete=1, tokenize="ascii tokenchars '_'")`;

/** A table of its own, so that lists and reads never touch these long texts. `rowid` is the article's id, as in SQLite. */
const MYSQL_TABLE = `CREATE TABLE blog_article_search (
  rowid INTEGER UNSIGNED NOT NULL PRIMARY KEY,
  bigrams MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  FULLTEXT INDEX blog_article_search_bigrams (bigrams)
) ENGINE = InnoDB`;

/** A row to lock: who writes the index does so alone. */
const MYSQL_LOCK = "INSERT INTO blog_article_search (rowid, bigrams) VALUES (0, '')";

interface Text {
  readonly id: number;
  readonly title: string;
  readonly desc: string;
  readonly content: string;
}

/** Makes the full-text index of the articles, and fills it with those that there are. */
export class AddSearch1795500000000 implements MigrationInterface {
  readonly name = 'AddSearch1795500000000';

  async up(runner: QueryRunner): Promise<void> {
    // MySQL ends the transaction with each change of a table: a try that failed half-way may have left one.
    await this.down(runner);
    await runner.query(isMysql(runner) ? MYSQL_TABLE : SQLITE_TABLE);
    if (isMysql(runner)) await runner.query(MYSQL_LOCK);
    for (let texts = await readAfter(runner, 0); texts.length > 0; texts = await readAfter(runner, texts.at(-1)!.id)) {
      for (const { id, title, desc, content } of texts) {
        const bigrams = buildBigrams(title, desc, content);
        await runner.query('INSERT INTO blog_article_search (rowid, bigrams) VALUES (?, ?)', [id, bigrams]);
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS blog_article_search');
  }
}

function readAfter(runner: QueryRunner, id: number): Promise<Text[]> {
  const sql = `SELECT id, title, \`desc\`, content FROM blog_article WHERE id > ? ORDER BY id LIMIT ${BATCH}`;
  return runner.query(sql, [id]) as Promise<Text[]>;
}
