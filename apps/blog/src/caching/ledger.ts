import type { EntityManager } from 'typeorm';
import type { Invalidation, Outbox, OutboxRow } from '#libs/cache';
import type { AtEnd } from '../database/database.js';

/** What a transaction is written by. */
export interface Transaction {
  readonly manager: EntityManager;
  readonly atEnd: AtEnd;
}

/** Where a transaction leaves what it makes out of date, for those who cannot be told after its commit. */
export interface Ledger extends Outbox {
  /** The last step of a transaction. @returns what gives the id by which it is known that it was told, once that is committed */
  record(transaction: Transaction, invalidation: Invalidation): Promise<() => OutboxRow['id']>;
  /** Whether this process knows of every write up to a moment ago. Absent: the store itself says so. */
  isInTouch?(): boolean;
}
