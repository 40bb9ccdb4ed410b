/**
 * What stands behind the dots of names, in lower case, kept up with each change: `b.c` and `c` of `a.b.c`. So whether there are names below another
 * one is known without a look at all of them; who asks label by label (RFC 9156) asks for that.
 */
export class Tails {
  readonly #counts = new Map<string, number>();

  /** Whether some name ends in a dot and `tail`, which is in lower case. */
  has(tail: string): boolean {
    return this.#counts.has(tail);
  }

  /** @param name in lower case */
  add(name: string): void {
    for (const tail of tailsOf(name)) this.#counts.set(tail, (this.#counts.get(tail) ?? 0) + 1);
  }

  /** Takes out a name that was added. */
  delete(name: string): void {
    for (const tail of tailsOf(name)) {
      const others = this.#counts.get(tail)! - 1;
      if (others > 0) this.#counts.set(tail, others);
      else this.#counts.delete(tail);
    }
  }
}

function tailsOf(name: string): string[] {
  const tails: string[] = [];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) tails.push(name.slice(dot + 1));
  return tails;
}
