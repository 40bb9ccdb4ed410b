/** A power of two. */
const BUCKETS = 512;

/**
 * Where the tails of names stand in a message, for compression (RFC 1035 section 4.1.4): a tree from the root leftwards, in which
 * `service.consul` is the label `service` in front of the tail `consul`. So finding a name takes one step for each label, however many there are.
 * Letter case counts: a pointer must not change a name's letters. Offsets are never 0, which is the root.
 */
export class Suffixes {
  /** By hash: the index, from 1 on, of the latest suffix in that bucket; 0: none. */
  readonly #buckets = new Int32Array(BUCKETS);
  readonly #offsets: number[] = [0];
  readonly #tails: number[] = [0];
  readonly #hashes: number[] = [0];
  /** The one before in the same bucket. */
  readonly #previous: number[] = [0];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The offset in `bytes` of `label` in front of the tail at `tail`; 0 when it was not added. */
  find(bytes: Buffer, tail: number, label: string): number {
    const hash = hashOf(tail, label);
    let at = this.#buckets[hash & (BUCKETS - 1)]!;
    while (at > 0) {
      const offset = this.#offsets[at]!;
      if (this.#hashes[at] === hash && this.#tails[at] === tail && isLabel(bytes, offset, label)) return offset;
      at = this.#previous[at]!;
    }
    return 0;
  }

  add(tail: number, label: string, offset: number): void {
    const hash = hashOf(tail, label);
    const at = ++this.#count;
    this.#offsets[at] = offset;
    this.#tails[at] = tail;
    this.#hashes[at] = hash;
    this.#previous[at] = this.#buckets[hash & (BUCKETS - 1)]!;
    this.#buckets[hash & (BUCKETS - 1)] = at;
  }

  /** Forgets the latest ones, down to `count`. */
  cut(count: number): void {
    for (; this.#count > count; this.#count--) {
      this.#buckets[this.#hashes[this.#count]! & (BUCKETS - 1)] = this.#previous[this.#count]!;
    }
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#count = 0;
  }
}

function hashOf(tail: number, label: string): number {
  let hash = Math.imul(tail + 1, 0x01000193);
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash;
}

function isLabel(bytes: Buffer, offset: number, label: string): boolean {
  if (bytes[offset] !== label.length) return false;
  for (let i = 0; i < label.length; i++) if (bytes[offset + 1 + i] !== label.charCodeAt(i)) return false;
  return true;
}
