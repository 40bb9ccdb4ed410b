/** Octets of a word. */
export const WORD = 4;

/** The first word of all is left free, so that 0 names no entry. */
const FIRST = 1;

/**
 * Entries of any size in one stretch of memory, each a run of 32-bit words whose first is its size in words. Space is taken in a circle: a
 * new entry overwrites the oldest ones, so nothing is ever searched for, moved or freed, and no object of the engine stands for an entry.
 *
 * ```text
 *  not come round:  [.... oldest ======= next ...........]
 *  come round:      [===== next .... oldest ====== last .]
 * ```
 *
 * Memory that was never used is never touched, so the operating system does not count it.
 */
export class EntryRing {
  readonly words: Int32Array;
  /** The same memory as octets. */
  readonly octets: Buffer;
  readonly #evict: (entry: number) => void;
  #oldest = FIRST;
  #next = FIRST;
  /** One past the last entry before the ring came round; 0 when it has not. */
  #last = 0;

  /**
   * @param size octets; four times the largest entry at least
   * @param evict is told each entry that is about to be overwritten
   */
  constructor(size: number, evict: (entry: number) => void) {
    const memory = new ArrayBuffer(size - (size % WORD));
    this.words = new Int32Array(memory);
    this.octets = Buffer.from(memory);
    this.#evict = evict;
  }

  /** Octets between the oldest entry and the newest. */
  get used(): number {
    const words = this.#last === 0 ? this.#next - this.#oldest : this.#last - this.#oldest + this.#next - FIRST;
    return words * WORD;
  }

  /** Takes `size` words for a new entry. @returns the index of the first one, in which the size stands */
  take(size: number): number {
    while (!this.#fits(size)) this.#makeRoom(size);
    const entry = this.#next;
    this.#next += size;
    this.words[entry] = size;
    return entry;
  }

  #fits(size: number): boolean {
    return this.#next + size <= (this.#last === 0 ? this.words.length : this.#oldest);
  }

  #makeRoom(size: number): void {
    if (this.#last === 0) {
      this.#last = this.#next;
      this.#next = FIRST;
    }
    while (this.#oldest < this.#last && this.#next + size > this.#oldest) {
      this.#evict(this.#oldest);
      this.#oldest += this.words[this.#oldest]!;
    }
    if (this.#oldest >= this.#last) {
      this.#oldest = FIRST;
      this.#last = 0;
    }
  }
}
