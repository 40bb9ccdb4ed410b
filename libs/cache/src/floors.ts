import { OctetMap } from './octet-map.js';

interface Floor {
  readonly version: number;
  readonly octets: number;
}

/** What a floor takes besides its key. */
const OVERHEAD = 200;

/** The most octets that floors take. */
const LIMIT = 1_000_000;

/**
 * The versions that readers of this process were given and that the store did not take. Who has seen a version is not given an older one
 * afterwards, whatever the store still holds.
 */
export class Floors {
  readonly #floors = new OctetMap<Floor>(LIMIT);

  /** The version that an answer must have at least. */
  of(key: string): number {
    return this.#floors.get(key)?.version ?? 0;
  }

  raise(key: string, version: number): void {
    if (version > this.of(key)) this.#floors.set(key, { version, octets: OVERHEAD + 2 * key.length });
  }
}
