import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isMysql } from './types.js';

/** The columns of each index. Those behind the id are there to be counted and filtered by without reading the rows. */
const INDEXES: readonly [table: string, name: string, columns: string][] = [
  ['blog_article', 'blog_article_by_created', 'deleted_on, created_on, id, state'],
  ['blog_article', 'blog_article_by_modified', 'deleted_on, modified_on, id, state'],
  ['blog_article', 'blog_article_by_title', 'deleted_on, title, id, state'],
  ['blog_article', 'blog_article_by_id', 'deleted_on, id, state'],
  ['blog_article', 'blog_article_by_tag', 'tag_id, deleted_on, created_on, id, state'],
  ['blog_article', 'blog_article_by_author', 'created_by, deleted_on, created_on, id, state'],
  ['blog_tag', 'blog_tag_by_id', 'deleted_on, id, state'],
  ['blog_tag', 'blog_tag_by_name', 'deleted_on, name, id, state'],
  ['blog_tag', 'blog_tag_by_created', 'deleted_on, created_on, id, state'],
  ['blog_tag', 'blog_tag_by_modified', 'deleted_on, modified_on, id, state'],
  ['blog_tag', 'blog_tag_by_author', 'created_by, deleted_on, id, state'],
];

/** Parts of those above, which the first SQLite databases have. */
const REPLACED = ['blog_article_list', 'blog_article_tag', 'blog_article_author'];

/** Gives each order and each filter of the lists an index. */
export class IndexLists1795500000001 implements MigrationInterface {
  readonly name = 'IndexLists1795500000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, name, columns] of INDEXES) {
      // MySQL cannot roll back what a try that failed has done: it is done again.
      await dropIndex(runner, table, name);
      await runner.query(`CREATE INDEX ${name} ON ${table} (${columns})`);
    }
    for (const name of REPLACED) await dropIndex(runner, 'blog_article', name);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, name] of INDEXES) await dropIndex(runner, table, name);
  }
}

/** Drops an index if it is there. */
async function dropIndex(runner: QueryRunner, table: string, name: string): Promise<void> {
  if (!isMysql(runner)) return void (await runner.query(`DROP INDEX IF EXISTS ${name}`));
  const sql =
    'SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ?';
  const found = (await runner.query(sql, [table, name])) as unknown[];
  if (found.length > 0) await runner.query(`DROP INDEX ${name} ON ${table}`);
}
