import type { Database } from 'better-sqlite3';
import { StoreError } from '../store.js';

/** Marks the file as ours in SQLite's header: the letters "Sgnp". */
const APPLICATION_ID = 0x53676e70;

/**
 * One step for each version of the schema, the first for version 1. A released step is never changed; a new one is added at the end.
 *
 * `record` is the state: `kind` is node, instance or check, `node` a name in lower case (SQLite's own NOCASE knows
 * ASCII alone), `id` empty for a node, `body` the record as JSON. `log` is what led
 * to it, so that other processes can follow; old rows are dropped. `latest` has one row: the latest revision.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE record (
     kind TEXT NOT NULL,
     node TEXT NOT NULL,
     id TEXT NOT NULL,
     body TEXT NOT NULL,
     create_revision INTEGER NOT NULL,
     modify_revision INTEGER NOT NULL,
     PRIMARY KEY (kind, node, id)
   ) STRICT;
   CREATE TABLE log (
     revision INTEGER PRIMARY KEY,
     changes TEXT NOT NULL
   ) STRICT;
   CREATE TABLE latest (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     revision INTEGER NOT NULL
   ) STRICT;
   INSERT INTO latest VALUES (1, 0);`,
];

/**
 * Brings the schema of `database` up to date.
 *
 * @throws StoreError when the file belongs to another program, to a newer version of this one, or is damaged
 */
export function migrate(database: Database): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  const owner = Number(database.pragma('application_id', { simple: true }));
  const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  const file = database.name;
  if (owner !== APPLICATION_ID && (owner !== 0 || tables > 0)) {
    throw new StoreError('unusable', `${file} is the database of another program; choose another [resolver] data_dir`);
  }
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'unusable',
      `${file} was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length}); run that version, or choose another [resolver] data_dir`,
    );
  }
  checkIntegrity(database);
  database.transaction(() => {
    database.pragma(`application_id = ${APPLICATION_ID}`);
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  })();
}

function checkIntegrity(database: Database): void {
  const finding = String(database.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') throw damaged(database.name, finding);
}

/** The error for a file that SQLite cannot read as a database, with the way out. */
export function damaged(file: string, finding: string): StoreError {
  const wayOut = 'restore it from a backup, or move it away to start with an empty registry';
  return new StoreError('unusable', `${file} is damaged (${finding}); ${wayOut}`);
}
