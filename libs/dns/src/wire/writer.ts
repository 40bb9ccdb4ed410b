import { MAX_MESSAGE } from './codes.js';

/** A state of a Writer to go back to. */
export interface Mark {
  readonly length: number;
  readonly suffixes: number;
}

/**
 * Writes a message from front to back into one growing buffer, and remembers where the tails of names stand for compression.
 *
 * Tails are kept as a tree from the root leftwards: the key of `service.consul` is the offset of `consul` with the label `service`. So looking up a
 * name takes one step for each label, however many labels there are. Letter case counts: a pointer must not change a name's letters.
 */
export class Writer {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;
  readonly #suffixes = new Map<string, number>();
  /** Keys of `#suffixes` in the order of writing, for `rollback`. */
  readonly #written: string[] = [];

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeUInt16BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  octets(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** Text with one character for each octet. */
  latin1(value: string): void {
    const at = this.#reserve(value.length);
    this.#bytes.write(value, at, 'latin1');
  }

  /** Writes over two octets written before. */
  patch16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  /** The offset of the tail that `label` and the tail at `tail` (0: the root) make, if it was noted. */
  suffixAt(tail: number, label: string): number | undefined {
    return this.#suffixes.get(`${tail}.${label}`);
  }

  /** Notes that `label` and the tail at `tail` stand at `offset`. @returns the first offset where they stand */
  noteSuffix(tail: number, label: string, offset: number): number {
    const key = `${tail}.${label}`;
    const earlier = this.#suffixes.get(key);
    if (earlier !== undefined) return earlier;
    this.#suffixes.set(key, offset);
    this.#written.push(key);
    return offset;
  }

  mark(): Mark {
    return { length: this.#length, suffixes: this.#written.length };
  }

  /** Takes back what was written since `mark`. */
  rollback(mark: Mark): void {
    this.#length = mark.length;
    for (const key of this.#written.splice(mark.suffixes)) this.#suffixes.delete(key);
  }

  /** A copy of what was written. */
  toBuffer(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #reserve(length: number): number {
    const at = this.#length;
    if (at + length > this.#bytes.length) this.#grow(at + length);
    this.#length = at + length;
    return at;
  }

  #grow(needed: number): void {
    if (needed > 2 * MAX_MESSAGE) throw new RangeError(`a message of more than ${MAX_MESSAGE} octets`);
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
