import type { Clock } from '#libs/time';
import type { Entry, Invalidation } from '../src/entry.js';
import type { Outbox, OutboxRow } from '../src/outbox.js';
import { anEntry } from './contract.js';

/** A table of rows and an outbox, which the processes of a test share. */
export class TestDatabase implements Outbox {
  /** How often it was asked for a row. */
  loads = 0;
  /** What a reader waits for after it has read. */
  afterLoad: () => Promise<void> = () => Promise.resolve();
  readonly #clock: Clock;
  readonly #versions = new Map<string, number>();
  #rows: { id: number; at: number; invalidation: Invalidation }[] = [];
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rows that are not delivered, as far as it knows. */
  get undelivered(): number {
    return this.#rows.length;
  }

  /** A row as it is now. */
  at(key: string): Entry {
    const version = this.#versions.get(key) ?? 0;
    return version > 0 ? anEntry(version, `${key} ${version}`) : { version, body: undefined, etag: '' };
  }

  /** Reads a row: what a cache is given to load with. */
  readonly load = async (key: string): Promise<Entry> => {
    this.loads++;
    const entry = this.at(key);
    await this.afterLoad();
    return entry;
  };

  /** Commits the next version of a row, with its outbox row. */
  write(key: string, ...generations: string[]): OutboxRow {
    const version = this.at(key).version + 1;
    this.#versions.set(key, version);
    const invalidation = { rows: [{ key, version }], generations };
    const id = ++this.#lastId;
    this.#rows.push({ id, at: this.#clock.monotonic(), invalidation });
    return { id, invalidation, ageMs: 0 };
  }

  async pending(limit: number): Promise<readonly OutboxRow[]> {
    const now = this.#clock.monotonic();
    return this.#rows.slice(0, limit).map(({ id, at, invalidation }) => ({ id, invalidation, ageMs: now - at }));
  }

  async remove(ids: readonly OutboxRow['id'][]): Promise<void> {
    this.#rows = this.#rows.filter(({ id }) => !ids.includes(id));
  }
}
