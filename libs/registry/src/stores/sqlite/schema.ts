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

/** The version of the schema that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema of `database` up to date.
 *
 * @param steps those of this program, unless a test is about another one
 * @throws StoreError when the file belongs to another program, to a newer version of this one, or is damaged
 */
export function migrate(database: Database, steps = MIGRATIONS): void {
  // One transaction, for one view of a file that another process may be making.
  const version = database.transaction(() => {
    requireOwnFile(database);
    return requireKnownVersion(database, steps.length);
  })();
  checkIntegrity(database);
  database.pragma('journal_mode = WAL');
  if (version < steps.length) runSteps(database, steps);
}

function runSteps(database: Database, steps: readonly string[]): void {
  // IMMEDIATE: of two processes that start at the same time one makes the steps, and the other finds them made.
  const run = database.transaction(() => {
    const version = requireKnownVersion(database, steps.length);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    for (const step of steps.slice(version)) database.exec(step);
    database.pragma(`user_version = ${steps.length}`);
  });
  run.immediate();
}

function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function requireOwnFile(database: Database): void {
  const owner = Number(database.pragma('application_id', { simple: true }));
  const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (owner === APPLICATION_ID || (owner === 0 && tables === 0)) return;
  throw new StoreError(
    'unusable',
    `${database.name} is the database of another program; choose another [resolver] data_dir`,
  );
}

function requireKnownVersion(database: Database, known: number): number {
  const version = versionOf(database);
  if (version > known) throw newer(database.name, version, known);
  return version;
}

/** @throws StoreError when another program has brought the file to a newer version meanwhile */
export function requireSchema(database: Database): void {
  requireKnownVersion(database, SCHEMA_VERSION);
}

/** The error for a file that this program is too old for, with the way out. */
export function newer(file: string, version: number, known = SCHEMA_VERSION): StoreError {
  return new StoreError(
    'unusable',
    `${file} was written by a newer version (schema ${version}, this one knows ${known}); run that version, or choose another [resolver] data_dir`,
  );
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
