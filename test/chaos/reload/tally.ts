/** What clients that never try anything twice have seen. */
export class Tally {
  /** Requests that were answered as they should be, by kind of client. */
  readonly answered: Record<string, number> = {};
  /** All others: the kind of client and what became of the request. */
  readonly failures: string[] = [];
  /** Names that were created, as far as the clients know. */
  readonly created = new Set<string>();
  /** Names of which nobody can tell: the request failed. */
  readonly unsure = new Set<string>();

  get total(): number {
    return Object.values(this.answered).reduce((sum, count) => sum + count, 0);
  }

  /** Counts one request. A rejection is a failure. */
  async count(kind: string, request: () => Promise<void>): Promise<boolean> {
    try {
      await request();
      this.answered[kind] = (this.answered[kind] ?? 0) + 1;
      return true;
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      this.failures.push(`${kind}: ${code ?? message}`);
      return false;
    }
  }

  /** What is not in the store as the clients know it: names missing, twice there, or from nowhere. */
  compare(stored: readonly string[]): string[] {
    const seen = new Set<string>();
    const wrong: string[] = [];
    for (const name of stored) {
      if (seen.has(name)) wrong.push(`${name} is there twice`);
      else if (!this.created.has(name) && !this.unsure.has(name)) wrong.push(`${name} was never acknowledged`);
      seen.add(name);
    }
    for (const name of this.created) if (!seen.has(name)) wrong.push(`${name} is missing`);
    return wrong;
  }
}

/** Runs a client's rounds, one after another, until `signal` aborts. */
export async function loop(signal: AbortSignal, round: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; !signal.aborted; n++) await round(n);
}
