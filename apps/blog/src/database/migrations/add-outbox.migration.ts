import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isMysql, typesFor } from './types.js';

/** Makes the table of what the cache is still to be told, and the counter of what was written without a shared one. */
export class AddOutbox1795500000008 implements MigrationInterface {
  readonly name = 'AddOutbox1795500000008';

  async up(runner: QueryRunner): Promise<void> {
    const { id, longText } = await typesFor(runner);
    // By the clock of the database, which is the same for all who write. MySQL takes an expression as a default from 8.0.13 on.
    const milliseconds = isMysql(runner)
      ? 'BIGINT NOT NULL DEFAULT (CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED))'
      : "INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))";
    await runner.query(
      `CREATE TABLE IF NOT EXISTS blog_outbox (id ${id}, invalidation ${longText} NOT NULL, written_ms ${milliseconds})`,
    );
    for (const name of ['unshared-writes', 'shared-until']) {
      await runner.query(`INSERT INTO blog_counter (name, value) VALUES ('${name}', 0)`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM blog_counter WHERE name IN ('unshared-writes', 'shared-until')");
    await runner.dropTable('blog_outbox');
  }
}
