/** What takes room. */
export interface Sized {
  /** Octets, of itself and of what is kept about it. */
  readonly octets: number;
}

interface Place<T> {
  readonly value: T;
  /** Asked for since the hand last came by. */
  used: boolean;
}

/**
 * A map that holds at most so many octets. A hand goes round from the oldest to the newest: what was asked for since it last came by
 * stays, what was not makes room (SIEVE, NSDI 2024). A lookup costs nothing but setting a flag.
 */
export class OctetMap<T extends Sized> {
  readonly #places = new Map<string, Place<T>>();
  readonly #limit: number;
  readonly #onEvict: (key: string, value: T) => void;
  /** Lives on through all changes of the map: a new walk would have to step over everything that was deleted at its begin. */
  #hand: MapIterator<[string, Place<T>]>;
  #octets = 0;
  #evicted = 0;

  /** @param onEvict told of what had to make room */
  constructor(limit: number, onEvict: (key: string, value: T) => void = () => {}) {
    this.#limit = limit;
    this.#onEvict = onEvict;
    this.#hand = this.#places.entries();
  }

  get counters(): { readonly entries: number; readonly octets: number; readonly evicted: number } {
    return { entries: this.#places.size, octets: this.#octets, evicted: this.#evicted };
  }

  get(key: string): T | undefined {
    const place = this.#places.get(key);
    if (!place) return undefined;
    place.used = true;
    return place.value;
  }

  /** Puts a value in the place of an older one. @returns whether there is room for it */
  set(key: string, value: T): boolean {
    this.delete(key);
    if (value.octets > this.#limit) return false;
    this.#makeRoom(this.#limit - value.octets);
    this.#places.set(key, { value, used: false });
    this.#octets += value.octets;
    return true;
  }

  delete(key: string): T | undefined {
    const place = this.#places.get(key);
    if (!place) return undefined;
    this.#places.delete(key);
    this.#octets -= place.value.octets;
    return place.value;
  }

  clear(): void {
    this.#places.clear();
    this.#octets = 0;
  }

  #makeRoom(limit: number): void {
    while (this.#octets > limit) {
      const { done, value } = this.#hand.next();
      if (done) this.#hand = this.#places.entries();
      else if (value[1].used) value[1].used = false;
      else this.#evict(value[0], value[1].value);
    }
  }

  #evict(key: string, value: T): void {
    this.delete(key);
    this.#evicted++;
    this.#onEvict(key, value);
  }
}
