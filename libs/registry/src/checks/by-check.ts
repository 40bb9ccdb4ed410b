/** Something for each of many checks, by node (in any letter case) and id. */
export class ByCheck<T> {
  readonly #byNode = new Map<string, Map<string, T>>();

  get(node: string, id: string): T | undefined {
    return this.#byNode.get(node.toLowerCase())?.get(id);
  }

  set(node: string, id: string, value: T): void {
    const key = node.toLowerCase();
    const ofNode = this.#byNode.get(key);
    if (ofNode) ofNode.set(id, value);
    else this.#byNode.set(key, new Map([[id, value]]));
  }

  delete(node: string, id: string): void {
    const key = node.toLowerCase();
    const ofNode = this.#byNode.get(key);
    ofNode?.delete(id);
    if (ofNode?.size === 0) this.#byNode.delete(key);
  }

  *values(): Generator<T> {
    for (const ofNode of this.#byNode.values()) yield* ofNode.values();
  }

  clear(): void {
    this.#byNode.clear();
  }
}
