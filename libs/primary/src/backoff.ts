/** The first wait and the longest one, in milliseconds. */
const FIRST = 100;
const LONGEST = 10_000;
/** A worker that lived so long is no part of a crash loop, in milliseconds. */
const LONG_LIFE = 10_000;

/** How long to wait until a worker that ended is replaced: the first at once, those that end soon after their start ever later. */
export class Backoff {
  #short = 0;

  /** @param lived how long the worker served, in milliseconds @returns milliseconds */
  next(lived: number): number {
    if (lived >= LONG_LIFE) this.#short = 0;
    const wait = this.#short === 0 ? 0 : Math.min(FIRST * 2 ** (this.#short - 1), LONGEST);
    this.#short++;
    return wait;
  }
}
