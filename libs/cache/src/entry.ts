/** What a reader gets: octets as they are sent, and which version of its row they show. */
export interface Entry {
  /**
   * The row's version: a whole number that the UPDATE which changes the row counts up, and that never goes back for one key. 0 for what
   * has none, which is a list, or a row that never was.
   */
  readonly version: number;
  /** Undefined: there is no such row. */
  readonly body: Buffer | undefined;
  /** The entity tag of the body (RFC 9110 section 8.8.3); empty without one. */
  readonly etag: string;
  /** What else the reader wants to know without looking into the body: one line of printable ASCII. Absent: nothing. */
  readonly note?: string;
}

/** What is asked for. */
export interface Query {
  readonly key: string;
  /**
   * The generations that the answer belongs to, the same ones for a key each time: those of the lists that it is, and of the rows
   * of others that it shows. None for a row that shows nothing but itself.
   */
  readonly within?: readonly string[];
  /** An older version of the row is not good enough. */
  readonly minVersion?: number;
}

/** What a committed write has made out of date. Plain data, which the caller's outbox keeps as JSON. */
export interface Invalidation {
  /** Rows that have a new version. A row that was deleted has one too. */
  readonly rows: readonly { readonly key: string; readonly version: number }[];
  /** Generations that end: whatever belongs to one of them is gone. */
  readonly generations: readonly string[];
}

/**
 * Reads the database: only what is committed, from the primary, and nothing that was read before this is called.
 *
 * @returns a new Buffer, which nobody else changes
 */
export type Load = () => Promise<Entry>;
