import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

const id: TableColumnOptions = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};

function text(name: string, length: number, fallback?: string): TableColumnOptions {
  return { name, type: 'varchar', length: String(length), ...(fallback !== undefined && { default: fallback }) };
}

function integer(name: string, fallback?: number): TableColumnOptions {
  return { name, type: 'integer', ...(fallback !== undefined && { default: fallback }) };
}

/** The column that a unique index stands on: NULL, which is never equal to anything, once the row is deleted. */
function live(column: string, length: number): TableColumnOptions {
  return {
    name: `live_${column}`,
    type: 'varchar',
    length: String(length),
    isNullable: true,
    asExpression: `CASE WHEN deleted_on = 0 THEN ${column} END`,
    generatedType: 'VIRTUAL',
  };
}

/** Unix seconds; `deleted_on` is 0 while the row lives. `version` grows by one with each change. */
const stamps: TableColumnOptions[] = [
  integer('created_on', 0),
  text('created_by', 100, "''"),
  integer('modified_on', 0),
  text('modified_by', 100, "''"),
  integer('deleted_on', 0),
  integer('state', 1),
  integer('version', 1),
];

const tag = new Table({
  name: 'blog_tag',
  columns: [id, text('name', 100), ...stamps, live('name', 100)],
  indices: [{ name: 'blog_tag_live_name', columnNames: ['live_name'], isUnique: true }],
});

const article = new Table({
  name: 'blog_article',
  columns: [
    id,
    integer('tag_id'),
    text('title', 100),
    text('slug', 120),
    text('desc', 255, "''"),
    { name: 'content', type: 'text' },
    text('cover_image_url', 255, "''"),
    ...stamps,
    live('slug', 120),
  ],
  foreignKeys: [{ columnNames: ['tag_id'], referencedTableName: 'blog_tag', referencedColumnNames: ['id'] }],
  indices: [
    { name: 'blog_article_live_slug', columnNames: ['live_slug'], isUnique: true },
    { name: 'blog_article_list', columnNames: ['deleted_on', 'created_on', 'id'] },
    { name: 'blog_article_tag', columnNames: ['tag_id', 'deleted_on', 'created_on', 'id'] },
    { name: 'blog_article_author', columnNames: ['created_by', 'deleted_on', 'created_on', 'id'] },
  ],
});

const account = new Table({
  name: 'blog_auth',
  columns: [
    id,
    text('username', 50),
    text('password', 255),
    text('role', 10, "'author'"),
    integer('state', 1),
    integer('created_on', 0),
    integer('modified_on', 0),
    integer('version', 1),
  ],
  indices: [{ name: 'blog_auth_username', columnNames: ['username'], isUnique: true }],
});

const TABLES = [tag, article, account];

/** Makes the tables of a new database. TypeORM's own terms only, so that it reads the same to every store. */
export class CreateTables1700000000000 implements MigrationInterface {
  readonly name = 'CreateTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table.clone());
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await runner.dropTable(table.clone());
  }
}
