/**
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), which RFC 9018 section 4.4 wants for server cookies.
 * 64-bit words are pairs of 32-bit ones, low word first: BigInt would cost ten times as much.
 */
export class SipHash {
  readonly #key: Int32Array;
  /** v0 to v3, each as low and high word. */
  readonly #state = new Int32Array(8);

  /** @param key 16 octets */
  constructor(key: Buffer) {
    this.#key = Int32Array.from([0, 4, 8, 12], (at) => key.readInt32LE(at));
  }

  /** Hashes `input` from `start` to `end` and writes the 8 octets of the hash to `out` at `at`. */
  write(input: Buffer, start: number, end: number, out: Buffer, at: number): void {
    const v = this.#state;
    const [k0, k1, k2, k3] = this.#key as unknown as [number, number, number, number];
    v[0] = k0 ^ 0x70736575;
    v[1] = k1 ^ 0x736f6d65;
    v[2] = k2 ^ 0x6e646f6d;
    v[3] = k3 ^ 0x646f7261;
    v[4] = k0 ^ 0x6e657261;
    v[5] = k1 ^ 0x6c796765;
    v[6] = k2 ^ 0x79746573;
    v[7] = k3 ^ 0x74656462;
    let next = start;
    for (; next + 8 <= end; next += 8) this.#take(input.readInt32LE(next), input.readInt32LE(next + 4));
    this.#take(tail(input, next, end), tail(input, next + 4, end) | ((end - start) << 24));
    v[4] = v[4]! ^ 0xff;
    for (let i = 0; i < 4; i++) round(v);
    out.writeInt32LE(v[0]! ^ v[2]! ^ v[4]! ^ v[6]!, at);
    out.writeInt32LE(v[1]! ^ v[3]! ^ v[5]! ^ v[7]!, at + 4);
  }

  /** Takes one word of input in. */
  #take(low: number, high: number): void {
    const v = this.#state;
    v[6] = v[6]! ^ low;
    v[7] = v[7]! ^ high;
    round(v);
    round(v);
    v[0] = v[0]! ^ low;
    v[1] = v[1]! ^ high;
  }
}

/** Up to four octets from `at` on as a little-endian number; past `end` they are 0. */
function tail(input: Buffer, at: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < end; i++) value |= input[at + i]! << (8 * i);
  return value;
}

function round(v: Int32Array): void {
  add(v, 0, 2);
  rotate(v, 2, 13);
  xor(v, 2, 0);
  swap(v, 0);
  add(v, 4, 6);
  rotate(v, 6, 16);
  xor(v, 6, 4);
  add(v, 0, 6);
  rotate(v, 6, 21);
  xor(v, 6, 0);
  add(v, 4, 2);
  rotate(v, 2, 17);
  xor(v, 2, 4);
  swap(v, 4);
}

/** v[to] += v[from], on 64 bits. */
function add(v: Int32Array, to: number, from: number): void {
  const low = (v[to]! >>> 0) + (v[from]! >>> 0);
  v[to] = low;
  v[to + 1] = v[to + 1]! + v[from + 1]! + (low > 0xffff_ffff ? 1 : 0);
}

/** v[at] <<<= bits, on 64 bits; fewer than 32. */
function rotate(v: Int32Array, at: number, bits: number): void {
  const low = v[at]!;
  const high = v[at + 1]!;
  v[at] = (low << bits) | (high >>> (32 - bits));
  v[at + 1] = (high << bits) | (low >>> (32 - bits));
}

function xor(v: Int32Array, to: number, from: number): void {
  v[to] = v[to]! ^ v[from]!;
  v[to + 1] = v[to + 1]! ^ v[from + 1]!;
}

/** Rotates by 32 bits. */
function swap(v: Int32Array, at: number): void {
  const low = v[at]!;
  v[at] = v[at + 1]!;
  v[at + 1] = low;
}
