import type { Invalidation } from './entry.js';

/** A row that a write has put into the outbox, in the same transaction. */
export interface OutboxRow {
  readonly id: string | number;
  readonly invalidation: Invalidation;
  /** Milliseconds since it was written, by the database's own clock. */
  readonly ageMs: number;
}

/** The table in the caller's database that remembers which invalidations are still to be delivered. */
export interface Outbox {
  /** The oldest rows, at most `limit`, as committed. */
  pending(limit: number): Promise<readonly OutboxRow[]>;
  /** Removes rows. One that is gone already is no error. */
  remove(ids: readonly OutboxRow['id'][]): Promise<void>;
}
