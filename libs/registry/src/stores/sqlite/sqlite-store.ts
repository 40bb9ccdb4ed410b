import SqliteDatabase, { type Database } from 'better-sqlite3';
import { join } from 'node:path';
import type { Clock } from '#libs/time';
import type { Change, Check, Instance, Node, Revision } from '../../model.js';
import {
  StoreError,
  toStoreError,
  type Committed,
  type CommitResult,
  type Lease,
  type RegistryStore,
  type Snapshot,
  type Stamps,
} from '../store.js';
import { makeFile, makeFolder } from './files.js';
import { takeLease } from './lease.js';
import type { Entry, Row } from './protocol.js';
import { damaged, migrate } from './schema.js';
import { WriterThread } from './writer-thread.js';

export interface SqliteStoreOptions {
  /** Created when absent, for its owner alone; holds `registry.sqlite` and the files of leases. */
  readonly folder: string;
  readonly clock: Clock;
  /** How many revisions the log keeps at least for processes that fall behind; 10,000 unless told. */
  readonly keep?: number;
}

/** How often a watcher looks whether another process has committed, in milliseconds. */
const LOOK_EVERY = 50;

interface StoredRow {
  readonly body: string;
  readonly createRevision: Revision;
  readonly modifyRevision: Revision;
}

/**
 * The registry in one SQLite file, for any number of processes on one machine. Writing happens in a thread of its own; reading is for
 * the start and for what others committed, and happens here.
 */
export class SqliteStore implements RegistryStore {
  readonly #folder: string;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #keep: number;
  readonly #leases = new Set<Lease>();
  readonly #watches = new Set<() => void>();
  /** The latest revision that this store committed; everything up to it is known to its user. */
  #committed: Revision = 0;
  #database: Database | undefined;
  #writer: WriterThread | undefined;

  constructor(options: SqliteStoreOptions) {
    this.#folder = options.folder;
    this.#file = join(options.folder, 'registry.sqlite');
    this.#clock = options.clock;
    this.#keep = options.keep ?? 10_000;
  }

  async load(): Promise<Snapshot> {
    this.#database = openDatabase(this.#folder, this.#file);
    this.#writer = new WriterThread({ file: this.#file, keep: this.#keep });
    await this.#writer.ready();
    return readSnapshot(this.#database);
  }

  async commit(base: Revision, commits: readonly (readonly Change[])[]): Promise<CommitResult> {
    const { database, writer } = this.#open();
    const reply = await writer.commit(base, commits.map(toEntry));
    if (reply.type === 'behind') return { done: false, missed: readLog(database, base) };
    this.#committed = reply.revision;
    return { done: true, revision: reply.revision };
  }

  watch(from: Revision, listener: (commit: Committed) => void, onFailure: (error: StoreError) => void): () => void {
    const { database } = this.#open();
    let seen = from;
    let version: unknown;
    const look = (): void => {
      // Counts up when another connection has committed; much cheaper than reading the log.
      const present = database.pragma('data_version', { simple: true });
      if (present === version) return;
      version = present;
      seen = Math.max(seen, this.#committed);
      for (const commit of readLog(database, seen)) {
        seen = commit.revision;
        listener(commit);
      }
    };
    const timer = this.#clock.every(LOOK_EVERY, () => {
      try {
        look();
      } catch (error) {
        // Thrown out of a timer it would end the process.
        end();
        onFailure(toStoreError(error));
      }
    });
    const end = () => {
      timer.cancel();
      this.#watches.delete(end);
    };
    this.#watches.add(end);
    return end;
  }

  async lease(name: string): Promise<Lease | undefined> {
    makeFolder(this.#folder);
    const lease = takeLease(join(this.#folder, `${name}.lease`));
    if (lease) this.#leases.add(lease);
    return lease;
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end();
    await this.#writer?.close();
    this.#writer = undefined;
    this.#database?.close();
    this.#database = undefined;
    for (const lease of this.#leases) lease.release();
    this.#leases.clear();
  }

  #open(): { database: Database; writer: WriterThread } {
    if (!this.#database || !this.#writer) throw new StoreError('closed', 'the store is not open');
    return { database: this.#database, writer: this.#writer };
  }
}

function openDatabase(folder: string, file: string): Database {
  let database: Database | undefined;
  try {
    makeFolder(folder);
    makeFile(file);
    database = new SqliteDatabase(file);
    database.pragma('busy_timeout = 5000');
    migrate(database);
    database.pragma('journal_mode = WAL');
    return database;
  } catch (error) {
    database?.close();
    throw asUnusable(file, error);
  }
}

function asUnusable(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT')) return damaged(file, message);
  return new StoreError('unusable', `${file} cannot be opened (${message}); see [resolver] data_dir`, { cause: error });
}

/** The rows of one kind, read as the caller goes: a whole registry as text and as objects at once would double its size. */
function* readRecords<K extends string, T>(database: Database, kind: K): Generator<Stamps & Record<K, T>> {
  const rows = database
    .prepare<[string], StoredRow>(
      'SELECT body, create_revision AS createRevision, modify_revision AS modifyRevision FROM record WHERE kind = ?',
    )
    .iterate(kind);
  for (const { body, createRevision, modifyRevision } of rows) {
    yield { [kind]: JSON.parse(body) as T, createRevision, modifyRevision } as Stamps & Record<K, T>;
  }
}

function readSnapshot(database: Database): Snapshot {
  return {
    revision: Number(database.prepare('SELECT revision FROM latest').pluck().get()),
    nodes: readRecords<'node', Node>(database, 'node'),
    instances: readRecords<'instance', Instance>(database, 'instance'),
    checks: readRecords<'check', Check>(database, 'check'),
  };
}

function readLog(database: Database, after: Revision): Committed[] {
  const rows = database
    .prepare<[number], { revision: Revision; changes: string }>(
      'SELECT revision, changes FROM log WHERE revision > ? ORDER BY revision',
    )
    .all(after);
  if (rows[0] && rows[0].revision !== after + 1) {
    throw new StoreError('failed', `fell too far behind: revision ${after + 1} is no longer in the log; start again`);
  }
  return rows.map(({ revision, changes }) => ({ revision, changes: JSON.parse(changes) as Change[] }));
}

function toEntry(changes: readonly Change[]): Entry {
  return { changes: JSON.stringify(changes), rows: changes.map(toRow) };
}

function toRow(change: Change): Row {
  switch (change.kind) {
    case 'put-node':
      return row('node', change.node.name, '', change.node);
    case 'put-instance':
      return row('instance', change.instance.node, change.instance.id, change.instance);
    case 'put-check':
      return row('check', change.check.node, change.check.id, change.check);
    case 'remove-node':
      return row('node', change.node, '', null);
    case 'remove-instance':
      return row('instance', change.node, change.id, null);
    case 'remove-check':
      return row('check', change.node, change.id, null);
  }
}

function row(kind: Row['kind'], node: string, id: string, record: Node | Instance | Check | null): Row {
  return { kind, node: node.toLowerCase(), id, body: record && JSON.stringify(record) };
}
