/** A version that a writer was told to be stored, and when. */
interface Acknowledged {
  readonly version: number;
  readonly at: number;
}

/** What was seen of a design. */
export interface Findings {
  readonly reads: number;
  readonly writes: number;
  /** Reads that gave an older version than one that had been acknowledged when they began. */
  readonly stale: number;
  /** How long ago, in milliseconds: the highest, and that of 99 in 100. */
  readonly oldest: number;
  readonly p99: number;
  /** Reads that gave an older version of the same address than the same process had given the same client before. */
  readonly backwards: number;
  /** Reads with `min_version` that gave an older one. */
  readonly belowMinimum: number;
  /** Rows and lists that were still old when everything had been quiet for a while. */
  readonly stuck: number;
}

/** Knows what was acknowledged, and holds against it what is read. Times are those of the monotonic clock, in milliseconds. */
export class Oracle {
  readonly #acknowledged = new Map<number, Acknowledged[]>();
  readonly #ages: number[] = [];
  #reads = 0;
  #writes = 0;
  #backwards = 0;
  #belowMinimum = 0;

  acknowledge(id: number, version: number, at: number): void {
    const versions = this.#acknowledged.get(id) ?? [];
    this.#acknowledged.set(id, versions);
    versions.push({ version, at });
    this.#writes += 1;
  }

  /** The highest version of a row that was acknowledged so far; 0 for none. */
  latest(id: number): number {
    return Math.max(0, ...(this.#acknowledged.get(id) ?? []).slice(-20).map(({ version }) => version));
  }

  /** A read that began at `began` gave `version`. */
  judge(id: number, version: number, began: number): void {
    this.#reads += 1;
    const age = this.#ageOf(id, version, began);
    if (age > 0) this.#ages.push(age);
  }

  wentBackwards(): void {
    this.#backwards += 1;
  }

  fellBelow(): void {
    this.#belowMinimum += 1;
  }

  findings(stuck: number): Findings {
    const ages = this.#ages.toSorted((a, b) => a - b);
    return {
      reads: this.#reads,
      writes: this.#writes,
      stale: ages.length,
      oldest: ages.at(-1) ?? 0,
      p99: ages[Math.floor(ages.length * 0.99)] ?? 0,
      backwards: this.#backwards,
      belowMinimum: this.#belowMinimum,
      stuck,
    };
  }

  /** Milliseconds for which a newer version than `version` had been acknowledged; 0 if none had. */
  #ageOf(id: number, version: number, began: number): number {
    const newer = (this.#acknowledged.get(id) ?? []).filter((known) => known.version > version && known.at < began);
    return newer.length === 0 ? 0 : began - Math.min(...newer.map(({ at }) => at));
  }
}
