import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesFor, type Types } from './types.js';

/** Makes the tables of what is kept about requests: answers by idempotency key, and the secrets that sign what is given out. */
export class AddRequests1795500000002 implements MigrationInterface {
  readonly name = 'AddRequests1795500000002';

  async up(runner: QueryRunner): Promise<void> {
    const types = await typesFor(runner);
    await runner.query(answers(types));
    await runner.query(secrets(types));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS blog_answer');
    await runner.query('DROP TABLE IF EXISTS blog_secret');
  }
}

/** `status` is 0 while the request runs. Times are Unix seconds. */
function answers({ id, text, longText, integer }: Types): string {
  return `CREATE TABLE IF NOT EXISTS blog_answer (
    id ${id},
    username ${text(50)} NOT NULL,
    idempotency_key ${text(255)} NOT NULL,
    fingerprint ${text(64)} NOT NULL,
    claim ${text(36)} NOT NULL,
    claimed_until ${integer} NOT NULL,
    status ${integer} NOT NULL DEFAULT 0,
    location ${text(255)} NOT NULL DEFAULT '',
    etag ${text(100)} NOT NULL DEFAULT '',
    body ${longText},
    expires_on ${integer} NOT NULL,
    CONSTRAINT blog_answer_key UNIQUE (username, idempotency_key),
    CONSTRAINT blog_answer_expiry UNIQUE (expires_on, id)
  )`;
}

function secrets({ id, text }: Types): string {
  return `CREATE TABLE IF NOT EXISTS blog_secret (
    id ${id},
    name ${text(50)} NOT NULL,
    value ${text(255)} NOT NULL,
    CONSTRAINT blog_secret_name UNIQUE (name)
  )`;
}
