/** What the store's thread and its writer thread say to each other. Types only: the writer is run by plain Node. */

/** A kind of record in the state. */
export type Kind = 'node' | 'instance' | 'check';

/** One record of the state that a commit sets (`body` is its JSON) or removes (`body` is null). */
export type Row = readonly [kind: Kind, node: string, id: string, body: string | null];

/**
 * Commits as the writer takes them: flat, since arrays of objects would take several times as long to copy from thread to thread.
 * Commit i is `changes[i]`, its line in the log as JSON, and the next `sizes[i]` rows, each of which is four values in `rows`.
 */
export interface Batch {
  readonly changes: readonly string[];
  readonly sizes: readonly number[];
  readonly rows: readonly Row[number][];
}

/** To the writer. `limit` is not answered, `close` by the thread's end. */
export type WriterRequest =
  | { readonly type: 'commit'; readonly base: number; readonly batch: Batch }
  | { readonly type: 'limit'; readonly pages: number }
  | { readonly type: 'close' };

/** From the writer: that it is ready, then one for each `commit`, in order. */
export type WriterReply =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly revision: number }
  /** Nothing was written: the latest revision was not `base`. */
  | { readonly type: 'behind' }
  /** Nothing was written: another program has brought the file to this version of the schema. */
  | { readonly type: 'migrated'; readonly version: number }
  /** Nothing was written: SQLite's error code and message. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** How the writer is started. */
export interface WriterOptions {
  readonly file: string;
  /** How many revisions the log keeps at least. */
  readonly keep: number;
  /** The version of the schema that it writes. */
  readonly schema: number;
}
