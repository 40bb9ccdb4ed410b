/** Octets that are allocated at once: a buffer of its own for each reply would cost more than most replies have. */
const SLAB = 256 * 1024;

/** Where something lies. */
export interface Slot {
  slab: Buffer;
  at: number;
  length: number;
}

interface Slab<T> {
  readonly bytes: Buffer;
  used: number;
  readonly owners: Set<T>;
}

/**
 * Keeps octets for their owners in a bounded number of slabs, filled one after the other. When all are full, the oldest is emptied and filled
 * anew, so nothing is ever moved or searched for, and a flood of new things cannot take more memory.
 */
export class SlabRing<T extends Slot> {
  readonly #slabs: Slab<T>[] = [];
  readonly #most: number;
  readonly #evict: (owner: T) => void;
  readonly #home = new Map<Buffer, Slab<T>>();
  #current = 0;

  /** @param evict is told each owner whose octets are going away */
  constructor(bytes: number, evict: (owner: T) => void) {
    this.#most = Math.max(2, Math.floor(bytes / SLAB));
    this.#evict = evict;
  }

  /** Copies `bytes`, of at most a slab, in and tells `owner` where they lie; what it had before is given up. */
  put(owner: T, bytes: Buffer): void {
    this.release(owner);
    const slab = this.#slabWithRoom(bytes.length);
    bytes.copy(slab.bytes, slab.used);
    owner.slab = slab.bytes;
    owner.at = slab.used;
    owner.length = bytes.length;
    slab.used += bytes.length;
    slab.owners.add(owner);
  }

  /** Gives up what `owner` has. Its octets are free again when the ring comes round. */
  release(owner: T): void {
    this.#home.get(owner.slab)?.owners.delete(owner);
  }

  #slabWithRoom(length: number): Slab<T> {
    const slab = this.#slabs[this.#current];
    if (slab && slab.used + length <= SLAB) return slab;
    if (this.#slabs.length < this.#most) return this.#grow();
    this.#current = (this.#current + 1) % this.#most;
    const oldest = this.#slabs[this.#current]!;
    for (const owner of oldest.owners) this.#evict(owner);
    oldest.used = 0;
    return oldest;
  }

  #grow(): Slab<T> {
    const slab: Slab<T> = { bytes: Buffer.allocUnsafeSlow(SLAB), used: 0, owners: new Set() };
    this.#home.set(slab.bytes, slab);
    this.#current = this.#slabs.push(slab) - 1;
    return slab;
  }
}
