/**
 * The tags of a service's instances, in lower case, kept up with each change: so that a tag which no instance has is known without a look at every
 * instance. Questions for such tags come from outside, in any number.
 */
export class TagNames {
  readonly #tags = new Map<string, number>();
  /** What stands behind the dots of tags: `b.c` and `c` of the tag `a.b.c`. */
  readonly #tails = new Map<string, number>();

  /** Whether some instance has the tag, which is in lower case. */
  has(tag: string): boolean {
    return this.#tags.has(tag);
  }

  /** Whether some instance has a tag that ends in a dot and `suffix`, which is in lower case. */
  hasBelow(suffix: string): boolean {
    return this.#tails.has(suffix);
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) this.#count(tag.toLowerCase(), 1);
  }

  /** Takes out what was added with the same tags. */
  delete(tags: readonly string[]): void {
    for (const tag of tags) this.#count(tag.toLowerCase(), -1);
  }

  #count(tag: string, change: number): void {
    count(this.#tags, tag, change);
    for (let dot = tag.indexOf('.'); dot >= 0; dot = tag.indexOf('.', dot + 1)) {
      count(this.#tails, tag.slice(dot + 1), change);
    }
  }
}

function count(counts: Map<string, number>, key: string, change: number): void {
  const value = (counts.get(key) ?? 0) + change;
  if (value > 0) counts.set(key, value);
  else counts.delete(key);
}
