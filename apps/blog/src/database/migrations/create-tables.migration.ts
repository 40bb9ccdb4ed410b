import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesFor, type Types } from './types.js';

/** Makes the tables of a new database. */
export class CreateTables1700000000000 implements MigrationInterface {
  readonly name = 'CreateTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner);
  }
}

/** Makes those that are not there. */
export async function createTables(runner: QueryRunner): Promise<void> {
  const types = await typesFor(runner);
  for (const table of [tag(types), article(types), account(types)]) await runner.query(table);
}

export async function dropTables(runner: QueryRunner): Promise<void> {
  for (const table of ['blog_article', 'blog_tag', 'blog_auth']) await runner.query(`DROP TABLE IF EXISTS ${table}`);
}

/** Unix seconds; `deleted_on` is 0 while the row lives. `version` grows by one with each change. */
function stamps({ text, integer }: Types): string {
  // modified_by is wider than what we write: go-gin-example has it so in articles.
  return `
    created_on ${integer} NOT NULL DEFAULT 0,
    created_by ${text(100)} NOT NULL DEFAULT '',
    modified_on ${integer} NOT NULL DEFAULT 0,
    modified_by ${text(255)} NOT NULL DEFAULT '',
    deleted_on ${integer} NOT NULL DEFAULT 0,
    state ${integer} NOT NULL DEFAULT 1,
    version ${integer} NOT NULL DEFAULT 1`;
}

/** A unique column: the value of another one while the row lives, else NULL, which is never equal to anything. */
function live(table: string, column: string, type: string): string {
  return `
    live_${column} ${type} GENERATED ALWAYS AS (CASE WHEN deleted_on = 0 THEN ${column} END) VIRTUAL,
    CONSTRAINT ${table}_live_${column} UNIQUE (live_${column})`;
}

function tag(types: Types): string {
  const { id, text } = types;
  return `CREATE TABLE IF NOT EXISTS blog_tag (
    id ${id},
    name ${text(100)} NOT NULL, ${stamps(types)}, ${live('blog_tag', 'name', text(100))}
  )`;
}

function article(types: Types): string {
  const { id, text, longText, integer } = types;
  return `CREATE TABLE IF NOT EXISTS blog_article (
    id ${id},
    tag_id ${integer} NOT NULL,
    title ${text(100)} NOT NULL,
    slug ${text(120)} NOT NULL,
    \`desc\` ${text(255)} NOT NULL DEFAULT '',
    content ${longText} NOT NULL,
    cover_image_url ${text(255)} NOT NULL DEFAULT '', ${stamps(types)}, ${live('blog_article', 'slug', text(120))},
    FOREIGN KEY (tag_id) REFERENCES blog_tag (id)
  )`;
}

function account({ id, text, integer }: Types): string {
  return `CREATE TABLE IF NOT EXISTS blog_auth (
    id ${id},
    username ${text(50)} NOT NULL,
    password ${text(255)} NOT NULL,
    role ${text(10)} NOT NULL DEFAULT 'author',
    state ${integer} NOT NULL DEFAULT 1,
    created_on ${integer} NOT NULL DEFAULT 0,
    modified_on ${integer} NOT NULL DEFAULT 0,
    version ${integer} NOT NULL DEFAULT 1,
    CONSTRAINT blog_auth_username UNIQUE (username)
  )`;
}
