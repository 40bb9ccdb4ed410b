import { MAX_MESSAGE } from './codes.js';
import { Suffixes } from './suffixes.js';

/** A state of a Writer to go back to. */
export interface Mark {
  readonly length: number;
  readonly suffixes: number;
}

/** Writes a message from front to back into one growing buffer, and remembers where the tails of names stand for compression. */
export class Writer {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;
  readonly #suffixes = new Suffixes();

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
    this.#bytes[at] = value >> 8;
    this.#bytes[at + 1] = value;
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  octets(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[at + i] = value[i]!;
  }

  /** Text with one character for each octet. */
  latin1(value: string): void {
    const at = this.#reserve(value.length);
    // Labels are short: a call into the engine costs more than the loop.
    for (let i = 0; i < value.length; i++) this.#bytes[at + i] = value.charCodeAt(i);
  }

  /** Writes over two octets written before. */
  patch16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  /** The offset of the tail that `label` and the tail at `tail` (0: the root) make; 0 when it was not noted. */
  suffixAt(tail: number, label: string): number {
    return this.#suffixes.find(this.#bytes, tail, label);
  }

  /** Notes that `label` and the tail at `tail` stand at `offset`. @returns the first offset where they stand */
  noteSuffix(tail: number, label: string, offset: number): number {
    const earlier = this.#suffixes.find(this.#bytes, tail, label);
    if (earlier === 0) this.#suffixes.add(tail, label, offset);
    return earlier || offset;
  }

  mark(): Mark {
    return { length: this.#length, suffixes: this.#suffixes.count };
  }

  /** Takes back what was written since `mark`. */
  rollback(mark: Mark): void {
    this.#length = mark.length;
    this.#suffixes.cut(mark.suffixes);
  }

  /** Begins a new message in the same memory. */
  reset(): void {
    this.#length = 0;
    this.#suffixes.clear();
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
