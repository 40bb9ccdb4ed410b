import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTables, dropTables } from './create-tables.migration.js';
import { copyAccounts, copyArticles, copyTags } from './gin/copy.js';
import { ASIDE, setGinTablesAside } from './gin/tables.js';
import { isMysql } from './types.js';

/**
 * Adopts a database of go-gin-example. Its tables have the names of ours: they are set aside and copied, so that nothing is
 * lost that ours have no place for, and a try that does not come to its end is made again from the start. In all other
 * databases there is nothing to do.
 */
export class AdoptGinTables1699999999998 implements MigrationInterface {
  readonly name = 'AdoptGinTables1699999999998';

  async up(runner: QueryRunner): Promise<void> {
    if (!isMysql(runner) || !(await setGinTablesAside(runner))) return;
    await dropTables(runner);
    await createTables(runner);
    const tags = await copyTags(runner);
    await copyArticles(runner, tags);
    await copyAccounts(runner);
  }

  async down(): Promise<void> {
    // What was set aside is still there.
  }
}

/** Drops the passwords in clear, now that it is certain that they are copied. */
export class ForgetGinPasswords1699999999999 implements MigrationInterface {
  readonly name = 'ForgetGinPasswords1699999999999';

  async up(runner: QueryRunner): Promise<void> {
    if (isMysql(runner)) await runner.query(`DROP TABLE IF EXISTS ${ASIDE}blog_auth`);
  }

  async down(): Promise<void> {
    // They are gone for good.
  }
}
