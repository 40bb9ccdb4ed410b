import type { EntityManager } from 'typeorm';
import type { Invalidation, Outbox, OutboxRow } from '#libs/cache';

/** Where a transaction leaves what it makes out of date, for those who cannot be told after its commit. */
export interface Ledger extends Outbox {
  /** The last step of a transaction. @returns the id by which it is known that it was told */
  record(manager: EntityManager, invalidation: Invalidation): Promise<OutboxRow['id']>;
  /** Whether this process knows of every write up to a moment ago. Absent: the store itself says so. */
  isInTouch?(): boolean;
}
