import type { EntityManager } from 'typeorm';
import type { Clock } from '#libs/time';
import type { Database } from '../database/database.js';

/** How old the last look may be, in milliseconds: as long may another process take a token that was revoked here. */
const LOOK_EACH_MS = 1_000;

const BUMP = "UPDATE blog_counter SET value = value + 1 WHERE name = 'revocations'";
const LOOK = "SELECT value FROM blog_counter WHERE name = 'revocations'";

interface Seen {
  readonly count: number;
  /** The monotonic millisecond in which the look began. */
  readonly at: number;
}

/**
 * Counts the changes after which a token may no longer be good, in the database, so that every process learns of them: a
 * token that was checked at the current count needs no other check. Looking costs one small read a second.
 */
export class Revocations {
  readonly #database: Database;
  readonly #clock: Clock;
  #seen: Seen | undefined;
  /** The look that is under way. */
  #look: Promise<number> | undefined;

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** The count, if it was looked at within the last second. */
  get recent(): number | undefined {
    const { at = -Infinity, count } = this.#seen ?? {};
    return this.#clock.monotonic() - at < LOOK_EACH_MS ? count : undefined;
  }

  /** The count, a second old at most. Those who ask at the same time share one look. */
  async latest(): Promise<number> {
    return this.recent ?? (this.#look ??= this.#startLook());
  }

  /**
   * Runs a change that ends tokens, in a transaction. Such changes take turns, in all processes: none sees what another has
   * half done.
   */
  async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.#database.write(async (manager) => {
        await manager.query(BUMP);
        return work(manager);
      });
    } finally {
      this.#seen = undefined;
      this.#look = undefined;
    }
  }

  #startLook(): Promise<number> {
    const at = this.#clock.monotonic();
    const look: Promise<number> = this.#count().then(
      (count) => {
        this.#settle(look, { count, at });
        return count;
      },
      (error: unknown) => {
        this.#settle(look, undefined);
        throw error;
      },
    );
    return look;
  }

  /** Keeps what a look has seen, unless a change has ended since it began. */
  #settle(look: Promise<number>, seen: Seen | undefined): void {
    if (this.#look !== look) return;
    this.#look = undefined;
    this.#seen = seen;
  }

  async #count(): Promise<number> {
    const [row] = await this.#database.select<{ value: number }>(LOOK);
    return row!.value;
  }
}
