import type { Query } from '../../src/entry.js';
import type { Claim } from '../../src/store.js';
import { SharedStore } from '../model/shared-store.js';

/** Ours without one of its parts, each of which must be missed. */

/** Does not announce a reader before it reads, so that any fill is as good as any other. */
export class Unclaimed extends SharedStore {
  override async claim(query: Query): Promise<Claim> {
    return {
      first: true,
      fill: async (entry, ttlMs, waitMs) => (await super.claim(query)).fill(entry, ttlMs, waitMs),
    };
  }
}

/** Uses a store that is back before what it missed is delivered. */
export class Hasty extends SharedStore {
  override async start(): Promise<void> {}
}

/** Keeps copies, and hears of nothing. */
export class Deaf extends SharedStore {
  override listen(): void {}
}
