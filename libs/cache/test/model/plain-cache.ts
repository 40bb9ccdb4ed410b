import type { Entry } from '../../src/entry.js';
import type { PlainCache } from '../controls/design.js';
import type { Turn } from './database.js';

/** A plain cache whose every request and reply is under way for a while. */
export class ModelPlainCache implements PlainCache {
  readonly #turn: Turn;
  readonly #entries = new Map<string, Entry>();

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** What a reader would be given at this moment. */
  at(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  async get(key: string): Promise<Entry | undefined> {
    await this.#turn('get');
    const entry = this.#entries.get(key);
    await this.#turn('got');
    return entry;
  }

  async set(key: string, entry: Entry): Promise<void> {
    await this.#turn(`set ${entry.version}`);
    this.#entries.set(key, entry);
    await this.#turn(`set ${entry.version} done`);
  }

  async delete(key: string): Promise<void> {
    await this.#turn('delete');
    this.#entries.delete(key);
    await this.#turn('delete done');
  }
}
