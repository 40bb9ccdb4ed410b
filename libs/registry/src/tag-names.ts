import { Tails } from './tails.js';

/**
 * The tags of a service's instances, in lower case, kept up with each change: so that a tag which no instance has is known without a look at every
 * instance. Questions for such tags come from outside, in any number.
 */
export class TagNames {
  /** How many instances have each. */
  readonly #counts = new Map<string, number>();
  readonly #tails = new Tails();

  /** Whether some instance has the tag, which is in lower case. */
  has(tag: string): boolean {
    return this.#counts.has(tag);
  }

  /** Whether some instance has a tag that ends in a dot and `tail`, which is in lower case. */
  hasBelow(tail: string): boolean {
    return this.#tails.has(tail);
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) this.#add(tag.toLowerCase());
  }

  /** Takes out what was added with the same tags. */
  delete(tags: readonly string[]): void {
    for (const tag of tags) this.#delete(tag.toLowerCase());
  }

  #add(tag: string): void {
    const others = this.#counts.get(tag) ?? 0;
    this.#counts.set(tag, others + 1);
    if (others === 0) this.#tails.add(tag);
  }

  #delete(tag: string): void {
    const others = this.#counts.get(tag)! - 1;
    if (others > 0) {
      this.#counts.set(tag, others);
      return;
    }
    this.#counts.delete(tag);
    this.#tails.delete(tag);
  }
}
