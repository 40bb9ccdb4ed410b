import type { EntityManager } from 'typeorm';
import type { OutboxRow } from '#libs/cache';
import type { Clock } from '#libs/time';
import type { Database } from '../database/database.js';
import { countUp } from '../database/rows.js';
import { EVERYTHING } from './keys.js';
import type { Ledger, Transaction } from './ledger.js';

const COUNTER = 'unshared-writes';
const READ = `SELECT value FROM blog_counter WHERE name = '${COUNTER}'`;

/** What has not been looked at for so long, in milliseconds, may have changed. The cache looks four times as often. */
const SILENCE_MS = 1_000;

/** Old enough for the cache not to wait for its writer, who is no part of this process. */
const OF_OTHERS_MS = 1_000;

/**
 * Stands in the place of an outbox where each process keeps answers in its own memory: it counts the writes of all in the database.
 * A process that sees more of them than its own forgets everything. Who has not looked for a second uses nothing that it holds.
 *
 * Writes take turns from their count to the end of their transaction, which is why counting is the last thing in it.
 */
export class WriteCount implements Ledger {
  readonly #database: Database;
  readonly #clock: Clock;
  #seen: number;
  /** Writes of this process that the next look will find counted. */
  #own: number[] = [];
  /** When the last look began whose findings are dealt with, and the last one of all, by the monotonic clock. */
  #dealtWithAt: number;
  #lookedAt: number;

  private constructor(database: Database, clock: Clock, seen: number, lookedAt: number) {
    this.#database = database;
    this.#clock = clock;
    this.#seen = seen;
    this.#lookedAt = lookedAt;
    this.#dealtWithAt = lookedAt;
  }

  static async open(database: Database, clock: Clock): Promise<WriteCount> {
    const lookedAt = clock.monotonic();
    return new WriteCount(database, clock, await look(database), lookedAt);
  }

  isInTouch(): boolean {
    return this.#clock.monotonic() - this.#dealtWithAt <= SILENCE_MS;
  }

  async record({ atEnd }: Pick<Transaction, 'atEnd'>): Promise<() => number> {
    return countUp(atEnd, this.#database.dialect, COUNTER);
  }

  async pending(): Promise<OutboxRow[]> {
    this.#lookedAt = this.#clock.monotonic();
    const count = await look(this.#database);
    const own = this.#own.filter((n) => n > this.#seen && n <= count).length;
    const others = count - this.#seen - own;
    this.#own = this.#own.filter((n) => n > count);
    this.#seen = count;
    if (others !== 0) return [{ id: count, invalidation: EVERYTHING, ageMs: OF_OTHERS_MS }];
    this.#dealtWithAt = this.#lookedAt;
    return [];
  }

  /** What this process has told itself of: its own writes, and those of others up to a look. */
  async remove(counts: readonly OutboxRow['id'][]): Promise<void> {
    if (counts.includes(this.#seen)) this.#dealtWithAt = this.#lookedAt;
    this.#own.push(...counts.map(Number).filter((count) => count > this.#seen));
  }
}

/** How many writes no shared cache has heard of, as a transaction sees it. */
export async function readUnsharedWrites(manager: EntityManager): Promise<number> {
  const [row] = (await manager.query(READ)) as [{ value: number }];
  return row.value;
}

async function look(database: Database): Promise<number> {
  const [row] = await database.select<{ value: number }>(READ);
  return row!.value;
}
