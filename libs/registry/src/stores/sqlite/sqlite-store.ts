import type { Database } from 'better-sqlite3';
import { join } from 'node:path';
import type { Clock, Timer } from '#libs/time';
import type { Change, Revision } from '../../model.js';
import {
  StoreError,
  toStoreError,
  type Committed,
  type CommitResult,
  type Lease,
  type LeaseListener,
  type RegistryStore,
  type Snapshot,
} from '../store.js';
import { openDatabase } from './connection.js';
import { makeFolder } from './files.js';
import { Job } from './job.js';
import { readLog, readSnapshot, toBatch } from './rows.js';
import { newer, requireSchema, SCHEMA_VERSION } from './schema.js';
import { socketPath } from './socket-path.js';
import { WriterThread } from './writer-thread.js';

export interface SqliteStoreOptions {
  /** Created when absent, for its owner alone; holds `registry.sqlite` and the files of leases. */
  readonly folder: string;
  readonly clock: Clock;
  /** How many revisions the log keeps at least for processes that fall behind; 10,000 unless told. */
  readonly keep?: number;
}

/**
 * How often a watcher looks whether another process has committed, in milliseconds. Processes that stand for a lease tell each other
 * at once; this is for what gets lost.
 */
const LOOK_EVERY = 1_000;

interface Watch {
  readonly look: () => void;
  readonly onFailure: (error: StoreError) => void;
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
  readonly #jobs = new Set<Job>();
  readonly #watches = new Set<Watch>();
  /** The latest revision that this store committed; everything up to it is known to its user. */
  #committed: Revision = 0;
  /** Whether the file is to be open; it is not when opening it anew failed. */
  #loaded = false;
  #database: Database | undefined;
  #writer: WriterThread | undefined;
  #reopening: Promise<Database> | undefined;
  #timer: Timer | undefined;
  /** SQLite's `data_version` when the watches looked last: it counts up when another connection has committed. */
  #version: unknown;

  constructor(options: SqliteStoreOptions) {
    this.#folder = options.folder;
    this.#file = join(options.folder, 'registry.sqlite');
    this.#clock = options.clock;
    this.#keep = options.keep ?? 10_000;
  }

  async load(): Promise<Snapshot> {
    const database = await this.#reopen();
    this.#loaded = true;
    this.#timer ??= this.#clock.every(LOOK_EVERY, () => this.#look());
    // One view for all rows, whatever others commit while they are read; `#open` ends it.
    database.exec('BEGIN');
    return readSnapshot(database);
  }

  async commit(base: Revision, commits: readonly (readonly Change[])[]): Promise<CommitResult> {
    await this.#repair();
    const reply = await this.#open().writer.commit(base, toBatch(commits));
    if (reply.type === 'migrated') throw newer(this.#file, reply.version);
    if (reply.type === 'behind') return { done: false, missed: await this.#readMissed(base) };
    this.#committed = reply.revision;
    for (const job of this.#jobs) job.announce(reply.revision);
    return { done: true, revision: reply.revision };
  }

  /** The file may have been opened anew while the writer was asked. */
  async #readMissed(after: Revision): Promise<Committed[]> {
    await this.#repair();
    return readLog(this.#open().database, after);
  }

  watch(from: Revision, listener: (commit: Committed) => void, onFailure: (error: StoreError) => void): () => void {
    let seen = from;
    const look = (): void => {
      seen = Math.max(seen, this.#committed);
      for (const commit of readLog(this.#open().database, seen)) {
        seen = commit.revision;
        listener(commit);
      }
    };
    const watch = { look, onFailure };
    this.#watches.add(watch);
    this.#version = undefined;
    return () => void this.#watches.delete(watch);
  }

  async lease(name: string, listener: LeaseListener): Promise<Lease> {
    makeFolder(this.#folder);
    const job = new Job({
      file: join(this.#folder, `${name}.lease`),
      socket: socketPath(this.#folder, name),
      clock: this.#clock,
      listener,
      onCommitted: () => this.#look(),
    });
    await job.start();
    this.#jobs.add(job);
    return job;
  }

  /** Lets the file grow to so many pages of 4096 octets, after which it is as if the disk were full. */
  limit(pages: number): void {
    this.#open().writer.limit(pages);
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#watches.clear();
    for (const job of this.#jobs) await job.release();
    this.#jobs.clear();
    this.#loaded = false;
    await this.#reopening?.catch(() => {});
    await this.#closeFile();
  }

  #open(): { database: Database; writer: WriterThread } {
    if (!this.#database || !this.#writer) throw new StoreError('closed', 'the store is not open');
    if (this.#database.inTransaction) this.#database.exec('COMMIT');
    return { database: this.#database, writer: this.#writer };
  }

  /** Opens the file anew if a write broke it. The error is for clients, its cause for the log. */
  async #repair(): Promise<void> {
    if (!this.#loaded || (!this.#reopening && this.#writer?.broken === false)) return;
    try {
      await this.#reopen();
    } catch (cause) {
      throw new StoreError('failed', 'the registry cannot be written: its file could not be opened again', { cause });
    }
  }

  /** Opens the file, anew if it was open: what is in memory of it is not trusted after it could not be read or written. */
  #reopen(): Promise<Database> {
    this.#reopening ??= this.#openFile().finally(() => (this.#reopening = undefined));
    return this.#reopening;
  }

  async #openFile(): Promise<Database> {
    await this.#closeFile();
    makeFolder(this.#folder);
    const database = openDatabase(this.#file);
    const writer = new WriterThread({ file: this.#file, keep: this.#keep, schema: SCHEMA_VERSION });
    this.#database = database;
    this.#writer = writer;
    this.#version = undefined;
    await writer.ready();
    return database;
  }

  async #closeFile(): Promise<void> {
    const [database, writer] = [this.#database, this.#writer];
    this.#database = this.#writer = undefined;
    await writer?.close();
    database?.close();
  }

  /** Lets the watches look at what was committed, if anything was. */
  #look(): void {
    try {
      if (this.#reopening) return;
      if (!this.#database) throw new StoreError('failed', 'the file of the registry could not be opened again');
      const version = this.#database.pragma('data_version', { simple: true });
      if (version === this.#version) return;
      requireSchema(this.#database);
      this.#version = version;
    } catch (error) {
      for (const watch of this.#watches) this.#fail(watch, error);
    }
    for (const watch of this.#watches) this.#lookBy(watch);
  }

  #lookBy(watch: Watch): void {
    try {
      watch.look();
    } catch (error) {
      // Thrown out of a timer it would end the process.
      this.#fail(watch, error);
    }
  }

  #fail(watch: Watch, error: unknown): void {
    this.#watches.delete(watch);
    watch.onFailure(toStoreError(error));
  }
}
