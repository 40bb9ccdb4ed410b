import type { Entry } from '../../src/entry.js';
import type { Outbox, OutboxRow } from '../../src/outbox.js';
import type { Committed } from '../controls/design.js';

/** Waits until the scheduler lets the next step happen. */
export type Turn = (label: string) => Promise<void>;

/** The key and the generation of the one list, which shows all rows. */
export const LIST = 'list';
export const ROWS = 'rows';

/** A database with an outbox, each of whose answers is under way for a while. */
export class ModelDatabase implements Outbox {
  readonly #turn: Turn;
  readonly #versions = new Map<string, number>();
  #outbox: OutboxRow[] = [];
  #lastId = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** What a reader would get at this moment. */
  at(key: string): Entry {
    if (key === LIST) return { version: 0, body: Buffer.from(JSON.stringify([...this.#versions].sort())), etag: '' };
    const version = this.#versions.get(key) ?? 0;
    return { version, body: version > 0 ? Buffer.from(`${key} ${version}`) : undefined, etag: '' };
  }

  async load(key: string): Promise<Entry> {
    await this.#turn(`select ${key}`);
    const entry = this.at(key);
    await this.#turn(`selected ${key} ${entry.version}`);
    return entry;
  }

  /** Writes the next version of a row. */
  async commit(key: string): Promise<Committed> {
    await this.#turn(`commit ${key}`);
    const version = this.at(key).version + 1;
    this.#versions.set(key, version);
    const row = { id: ++this.#lastId, invalidation: { rows: [{ key, version }], generations: [ROWS] }, ageMs: 1e9 };
    this.#outbox.push(row);
    const entry = this.at(key);
    await this.#turn(`committed ${key} ${version}`);
    return { row, entry };
  }

  async pending(limit: number): Promise<readonly OutboxRow[]> {
    await this.#turn('outbox');
    return this.#outbox.slice(0, limit);
  }

  async remove(ids: readonly OutboxRow['id'][]): Promise<void> {
    await this.#turn('outbox remove');
    this.#outbox = this.#outbox.filter(({ id }) => !ids.includes(id));
  }
}
