import { Worker } from 'node:worker_threads';
import { StoreError } from '../store.js';
import type { Batch, WriterOptions, WriterReply, WriterRequest } from './protocol.js';

type Waiting = { resolve(reply: WriterReply): void; reject(error: StoreError): void };
type Outcome = Exclude<WriterReply, { type: 'failed' | 'ready' }>;

/**
 * After these the connection is not used again. A retry could report as durable what the system has dropped from its cache (the
 * "fsyncgate" of 2018: a failed fsync marks the pages clean), or write on top of damage: the file is read and checked anew first.
 */
const DISTRUSTED = /^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/;

/** The writer's thread as seen from the outside. */
export class WriterThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #ready: Promise<WriterReply>;
  readonly #exited: Promise<void>;
  #failure: StoreError | undefined;

  constructor(options: WriterOptions) {
    // From the sources in tests, from dist otherwise.
    const entry = import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js';
    this.#worker = new Worker(new URL(entry, import.meta.url), { workerData: options });
    this.#ready = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#worker.on('message', (reply: WriterReply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (error: Error) =>
      this.#fail(new StoreError('failed', `the writer died: ${error.message}`, { cause: error })),
    );
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('exit', () => this.#fail(new StoreError('closed', 'the store is closed')));
  }

  /** Whether it has to be replaced by a new one. */
  get broken(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves once the thread has opened the database. @throws StoreError when it cannot */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /** @throws StoreError when nothing was written */
  async commit(base: number, batch: Batch): Promise<Outcome> {
    if (this.#failure) throw this.#failure;
    const reply = await new Promise<WriterReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#send({ type: 'commit', base, batch });
    });
    if (reply.type === 'failed') throw this.#toError(reply.code, reply.message);
    if (reply.type === 'ready') throw new StoreError('failed', 'the writer answered out of turn');
    return reply;
  }

  /** Lets the file grow to so many pages of 4096 octets, after which it is as if the disk were full. */
  limit(pages: number): void {
    this.#send({ type: 'limit', pages });
  }

  /** Ends the thread, unless it has ended, after the commits that it was given. */
  async close(): Promise<void> {
    this.#send({ type: 'close' });
    await this.#exited;
  }

  #send(request: WriterRequest): void {
    this.#worker.postMessage(request);
  }

  #toError(code: string, message: string): StoreError {
    if (code === 'SQLITE_FULL') return new StoreError('full', `no space left for the registry: ${message}`);
    const busy = code.startsWith('SQLITE_BUSY');
    const error = new StoreError(busy ? 'away' : 'failed', `the registry cannot be written: ${message} (${code})`);
    if (DISTRUSTED.test(code)) this.#failure = error;
    return error;
  }

  #fail(error: StoreError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
