import { clientOf, type Networks } from './networks.js';

export interface QuotaOptions {
  /** How many one client may hold. */
  readonly perClient: number;
  /** How many there may be in all. */
  readonly total: number;
  /** Clients that are not counted one by one. */
  readonly unlimited: Networks;
}

/** Why there is no place: the client holds too many, or all of them together do. */
export type Refusal = 'client' | 'total';

/** Counts what clients hold at a time, such as connections. */
export class Quota {
  readonly #options: QuotaOptions;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** How many are held in all. */
  get total(): number {
    return this.#total;
  }

  /**
   * Takes a place for a client, to be released once.
   *
   * @param address as a socket tells it
   * @returns why there is none, or undefined
   */
  take(address: string): Refusal | undefined {
    const { perClient, total, unlimited } = this.#options;
    if (this.#total >= total) return 'total';
    const client = clientOf(address);
    const held = this.#held.get(client) ?? 0;
    if (held >= perClient && !unlimited(address)) return 'client';
    this.#held.set(client, held + 1);
    this.#total += 1;
    return undefined;
  }

  /** Gives a place back. */
  release(address: string): void {
    const client = clientOf(address);
    const held = this.#held.get(client)! - 1;
    if (held === 0) this.#held.delete(client);
    else this.#held.set(client, held);
    this.#total -= 1;
  }
}
