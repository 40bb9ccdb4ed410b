import type { EntityManager } from 'typeorm';
import type { Invalidation, VersionedCache } from '#libs/cache';
import type { AtEnd, Database } from '../database/database.js';
import type { Ledger, Transaction } from './ledger.js';

/** Says what a transaction makes out of date: once for each thing that it changes, and not at all when it changes nothing. */
export type Tell = (invalidation: Invalidation) => void;

export interface PublisherOptions {
  readonly database: Database;
  readonly cache: Pick<VersionedCache, 'invalidate'>;
  readonly ledger: Ledger;
}

/** Writes what is read through the cache: nobody is answered before the cache has been told, or will be by the ledger. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Runs `work` in a transaction, as `Database.write`, and tells the cache after its commit. */
  async write<T>(work: (manager: EntityManager, tell: Tell, atEnd: AtEnd) => Promise<T>): Promise<T> {
    const { database, cache, ledger } = this.#options;
    const { result, record } = await database.write(async (manager, atEnd) => {
      const told: Invalidation[] = [];
      const made = await work(manager, (invalidation) => void told.push(invalidation), atEnd);
      return {
        result: made,
        record: told.length > 0 ? await leave(ledger, { manager, atEnd }, merge(told)) : undefined,
      };
    });
    if (record) await cache.invalidate({ id: record.id(), invalidation: record.invalidation });
    return result;
  }
}

async function leave(ledger: Ledger, transaction: Transaction, invalidation: Invalidation) {
  return { id: await ledger.record(transaction, invalidation), invalidation };
}

function merge(told: readonly Invalidation[]): Invalidation {
  return {
    rows: told.flatMap(({ rows }) => rows),
    generations: [...new Set(told.flatMap(({ generations }) => generations))],
  };
}
