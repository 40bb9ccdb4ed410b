import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isMysql, typesFor, type Types } from './types.js';

const INDEXES = [
  ['blog_session', 'account_id'],
  ['blog_session', 'expires_on'],
  ['blog_refresh_token', 'session_id'],
  ['blog_refresh_token', 'expires_on'],
] as const;

/** Makes the tables of those who are logged in. */
export class CreateSessions1795500000003 implements MigrationInterface {
  readonly name = 'CreateSessions1795500000003';

  async up(runner: QueryRunner): Promise<void> {
    const types = await typesFor(runner);
    const milliseconds = isMysql(runner) ? 'BIGINT UNSIGNED' : 'INTEGER';
    for (const sql of [session(types), refreshToken(types, milliseconds), counter(types)]) await runner.query(sql);
    for (const [table, column] of INDEXES)
      await runner.query(`CREATE INDEX ${table}_${column} ON ${table} (${column})`);
    await runner.query("INSERT INTO blog_counter (name, value) VALUES ('revocations', 0)");
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['blog_counter', 'blog_refresh_token', 'blog_session']) await runner.dropTable(table);
  }
}

/** A login. It is there for as long as it is good: ending it deletes it, and its refresh tokens with it. */
function session({ text, integer }: Types): string {
  return `CREATE TABLE blog_session (
    id ${text(32)} NOT NULL PRIMARY KEY,
    account_id ${integer} NOT NULL,
    created_on ${integer} NOT NULL,
    expires_on ${integer} NOT NULL
  )`;
}

/** Refresh tokens by the hash of each. */
function refreshToken({ text, integer }: Types, milliseconds: string): string {
  return `CREATE TABLE blog_refresh_token (
    hash ${text(64)} NOT NULL PRIMARY KEY,
    session_id ${text(32)} NOT NULL,
    expires_on ${integer} NOT NULL,
    used_ms ${milliseconds} NOT NULL DEFAULT 0,
    salt ${text(32)} NOT NULL DEFAULT '',
    FOREIGN KEY (session_id) REFERENCES blog_session (id) ON DELETE CASCADE
  )`;
}

/** Numbers that only grow, by name: what another process looks at to learn that something has changed. */
function counter({ text, integer }: Types): string {
  return `CREATE TABLE blog_counter (
    name ${text(20)} NOT NULL PRIMARY KEY,
    value ${integer} NOT NULL
  )`;
}
