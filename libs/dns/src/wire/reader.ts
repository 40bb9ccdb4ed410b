import { ParseError } from './parse-error.js';

/** Reads numbers and octets of a message from front to back. Each method throws ParseError when the message ends too soon. */
export class Reader {
  /** The whole message, which compression pointers refer to. */
  readonly bytes: Buffer;
  /** The next octet to read. */
  offset: number;
  /** One past the last octet that may be read: the end of the message, or of the record's data. */
  end: number;

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = bytes.length;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  uint8(): number {
    return this.bytes[this.#take(1)]!;
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.#take(2));
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.#take(4));
  }

  /** A copy of the next `length` octets, so that a small value does not keep a large message in memory. */
  octets(length: number): Buffer {
    const start = this.#take(length);
    return Buffer.from(this.bytes.subarray(start, start + length));
  }

  fail(message: string, offset = this.offset): never {
    throw new ParseError(message, offset);
  }

  #take(length: number): number {
    const start = this.offset;
    if (start + length > this.end) this.fail(`${length} octets expected, ${this.remaining} left`);
    this.offset = start + length;
    return start;
  }
}
