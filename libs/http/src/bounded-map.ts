/** A map that grows no further than its capacity: whatever was set longest ago makes room. */
export class BoundedMap<Value> {
  readonly #capacity: number;
  readonly #byKey = new Map<string, Value>();
  /** Before it is nothing any more: a new iterator would walk over all that has gone from there, each time. */
  readonly #oldest = this.#byKey.keys();
  /** Has its place already: to give a map of few keys one again costs ten times as much as all else here. */
  #newest: string | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): Value | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, value: Value): void {
    if (key !== this.#newest) this.#makeRoom(key);
    this.#newest = key;
    this.#byKey.set(key, value);
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  #makeRoom(key: string): void {
    this.#byKey.delete(key);
    if (this.#byKey.size >= this.#capacity) this.#byKey.delete(this.#oldest.next().value!);
  }
}
