const EMPTY = Buffer.alloc(0);

/**
 * Octets that came in pieces and are taken away from the front. Space doubles when it runs out, so that many small pieces cost as much as
 * a few large ones; one piece alone is not copied.
 */
export class ByteQueue {
  #bytes: Buffer = EMPTY;
  #end = 0;

  get length(): number {
    return this.#end;
  }

  /** The octets from the front on, and others behind `length` of them; good until the next `append` or `consume`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  append(chunk: Buffer): void {
    if (this.#end === 0) this.#bytes = chunk;
    else {
      this.#reserve(this.#end + chunk.length);
      chunk.copy(this.#bytes, this.#end);
    }
    this.#end += chunk.length;
  }

  /** Takes the first `count` octets away. */
  consume(count: number): void {
    this.#bytes = count === this.#end ? EMPTY : this.#bytes.subarray(count);
    this.#end -= count;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * length);
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
