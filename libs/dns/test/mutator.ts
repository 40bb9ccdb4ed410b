/** Numbers that look random and are the same for each run of one seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number of 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Octets that mean something in DNS: flags, lengths, pointers, types. */
const TELLING = [0, 1, 2, 5, 12, 16, 28, 33, 41, 63, 64, 127, 128, 191, 192, 193, 252, 253, 254, 255];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => changed(bytes, random.below(bytes.length), (octet) => octet ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random.below(bytes.length), () => random.pick(TELLING)),
  (bytes, random) => changed(bytes, random.below(Math.min(12, bytes.length)), () => random.pick(TELLING)),
  (bytes, random) => changed(bytes, random.below(bytes.length), () => random.below(256)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => spliced(bytes, random, random.below(8), Buffer.alloc(0)),
  (bytes, random) => spliced(bytes, random, 0, Buffer.alloc(1 + random.below(16), random.pick(TELLING))),
  (bytes, random) => spliced(bytes, random, 0, bytes.subarray(random.below(bytes.length))),
  (bytes, random) => Buffer.concat([bytes, Buffer.from([0xc0, random.below(64)])]),
];

/** A copy of `bytes` with one to four changes; sometimes none. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let i = random.below(5); i > 0 && mutated.length > 0; i--) mutated = random.pick(MUTATIONS)(mutated, random);
  return mutated.subarray(0, 2_000);
}

function changed(bytes: Buffer, at: number, change: (octet: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = change(copy[at]!);
  return copy;
}

function spliced(bytes: Buffer, random: Random, remove: number, insert: Buffer): Buffer {
  const at = random.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}
