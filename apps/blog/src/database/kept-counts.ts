import { BoundedMap } from '#libs/http';

/** How many counts are kept, a few for each filter that is asked for again and again, and how long the longest key of one is. */
const LIMIT = 1_000;
const LONGEST = 2_048;

/** What was counted in one state of a database. */
export class KeptCounts {
  #counts = new BoundedMap<number>(LIMIT);
  #version: number | undefined;

  /**
   * A count as it is in the present state, counted when it is not known.
   *
   * @param version of the state, read before `count` is called: what is counted later is then at worst counted again
   */
  at(version: number, key: string, count: () => number): number {
    if (version !== this.#version) this.#counts = new BoundedMap(LIMIT);
    this.#version = version;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const counted = count();
    if (key.length <= LONGEST) this.#counts.set(key, counted);
    return counted;
  }
}
