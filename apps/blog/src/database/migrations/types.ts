import type { QueryRunner } from 'typeorm';

/** How a store spells the types of our columns. */
export interface Types {
  /** The primary key, counted up by the store. */
  readonly id: string;
  /** Text of at most `max` characters, compared as it is written: letter case and blanks at its end included. */
  text(max: number): string;
  /** Text of any length. */
  readonly longText: string;
  /** A whole number from 0, such as a time in Unix seconds. */
  readonly integer: string;
}

/** SQLite compares texts octet by octet unless it is told otherwise, and takes lengths for a remark. */
const SQLITE: Types = {
  id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  text: (max) => `VARCHAR(${max})`,
  longText: 'TEXT',
  integer: 'INTEGER',
};

/** The collations of MariaDB and of MySQL 8 that neither fold letters nor pad the shorter text with blanks. */
const COLLATIONS = "'utf8mb4_nopad_bin', 'utf8mb4_0900_bin'";

/** The types as the store of a migration spells them. */
export async function typesFor(runner: QueryRunner): Promise<Types> {
  if (!isMysql(runner)) return SQLITE;
  const charset = `CHARACTER SET utf8mb4 COLLATE ${await findCollation(runner)}`;
  return {
    id: 'INTEGER UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
    text: (max) => `VARCHAR(${max}) ${charset}`,
    longText: `MEDIUMTEXT ${charset}`,
    integer: 'INTEGER UNSIGNED',
  };
}

export function isMysql(runner: QueryRunner): boolean {
  return runner.connection.options.type === 'mariadb';
}

async function findCollation(runner: QueryRunner): Promise<string> {
  const [found] = (await runner.query(
    `SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN (${COLLATIONS})`,
  )) as { name: string }[];
  if (found) return found.name;
  throw new Error(`the server knows neither of the collations ${COLLATIONS}: MySQL 8 or MariaDB is needed`);
}
