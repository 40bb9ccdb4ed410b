import type { Logger } from 'typeorm';

/**
 * TypeORM's own logger prints slow and failed statements with their values, whatever the program's log is set to. What fails
 * is told by the error that is thrown.
 */
export const quiet: Logger = {
  logQuery() {},
  logQueryError() {},
  logQuerySlow() {},
  logSchemaBuild() {},
  logMigration() {},
  log() {},
};
