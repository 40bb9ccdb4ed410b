import { DataSource, type MixedList } from 'typeorm';
import type { MysqlPool } from './mysql-pool.js';
import { quiet } from './quiet.js';
import { ENTITIES } from './schema.js';

export interface MysqlSourceOptions {
  /** How long an answer may take before the connection is given up, in milliseconds; 0 for no limit. */
  readonly answerTimeoutMs: number;
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- TypeORM's own type
  readonly migrations?: MixedList<Function>;
}

/** TypeORM over one of our pools, so that its connections are set up and bounded as all others are. */
export function createMysqlSource(
  pool: MysqlPool,
  { answerTimeoutMs, migrations = [] }: MysqlSourceOptions,
): DataSource {
  return new DataSource({
    // TypeORM's name for the dialect that both servers read: MariaDB does not take all that `mysql` writes.
    type: 'mariadb',
    driver: { createPool: () => facade(pool) },
    entities: ENTITIES,
    migrations,
    migrationsTableName: 'blog_migration',
    logger: quiet,
    ...(answerTimeoutMs > 0 && { maxQueryExecutionTime: answerTimeoutMs, enableQueryTimeout: true }),
  });
}

type Callback<T> = (error: unknown, result?: T) => void;

/** The part of mysql2's own pool that TypeORM uses. */
function facade(pool: MysqlPool) {
  return {
    getConnection(done: Callback<unknown>): void {
      pool.acquire().then(
        (connection) => done(null, connection),
        (error: unknown) => done(error),
      );
    },
    end(done: Callback<void>): void {
      pool.end().then(
        () => done(null),
        (error: unknown) => done(error),
      );
    },
  };
}
