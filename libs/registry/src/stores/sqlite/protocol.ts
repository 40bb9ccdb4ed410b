/** What the store's thread and its writer thread say to each other. Types only: the writer is run by plain Node. */

/** One record of the state that a commit sets (`body` is its JSON) or removes (`body` is null). */
export interface Row {
  readonly kind: 'node' | 'instance' | 'check';
  readonly node: string;
  readonly id: string;
  readonly body: string | null;
}

/** One commit: its line in the log, as JSON, and what it does to the state. */
export interface Entry {
  readonly changes: string;
  readonly rows: readonly Row[];
}

/** To the writer. `limit` is not answered, `close` by the thread's end. */
export type WriterRequest =
  | { readonly type: 'commit'; readonly base: number; readonly entries: readonly Entry[] }
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
