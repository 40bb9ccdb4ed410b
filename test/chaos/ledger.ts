/** What can be known of a service from outside: its port and the status of its check; null: it is not registered. */
export type Known = { readonly port: number; readonly status: string } | null;

/** What a registry turns out to hold. */
export interface Stored {
  readonly services: ReadonlyMap<string, Known>;
  /** Services and checks of which half is there. */
  readonly torn: readonly string[];
}

/** Keeps account of what a registry has acknowledged, and of what was under way when it died. */
export class Ledger {
  readonly #acknowledged = new Map<string, Known>();
  readonly #underWay = new Map<string, Known>();

  get size(): number {
    return this.#acknowledged.size;
  }

  /** Whether nobody can tell what became of the last change of a service. */
  isUnsure(id: string): boolean {
    return this.#underWay.has(id);
  }

  of(id: string): Known {
    return this.#acknowledged.get(id) ?? null;
  }

  begin(id: string, next: Known): void {
    this.#underWay.set(id, next);
  }

  acknowledge(id: string): void {
    this.#acknowledged.set(id, this.#underWay.get(id)!);
    this.#underWay.delete(id);
  }

  /** All that is not as it was acknowledged. Of a change that was under way either all may be there, or nothing. */
  compare({ services, torn }: Stored): string[] {
    const problems = torn.map((what) => `half there: ${what}`);
    for (const id of new Set([...this.#acknowledged.keys(), ...services.keys()])) {
      const found = show(services.get(id) ?? null);
      const before = show(this.of(id));
      const after = this.#underWay.has(id) ? show(this.#underWay.get(id)!) : before;
      if (found !== before && found !== after) problems.push(`${id} is ${found}, acknowledged was ${before}`);
    }
    return problems;
  }

  /** Goes on from what is there. */
  settle({ services }: Stored): void {
    for (const id of this.#underWay.keys()) this.#acknowledged.set(id, services.get(id) ?? null);
    this.#underWay.clear();
  }
}

function show(known: Known): string {
  return known ? `${known.status} on port ${known.port}` : 'not there';
}
