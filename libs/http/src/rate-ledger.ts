/** What a process wants to have counted against one key. Times are in milliseconds. */
export interface Bill {
  readonly key: string;
  readonly count: number;
  /** What each of them adds to the debt, */
  readonly interval: number;
  /** and how high that may get: what does not fit is not counted. */
  readonly most: number;
  /** The debt that the process knows of without them: a ledger that knows of less has lost something. */
  readonly known: number;
  /** No debt is higher, whatever `most` is: what a ledger has beyond that comes of a clock that was put back. */
  readonly cap: number;
}

/** What became of a bill. */
export interface Receipt {
  /** How many of them fitted. */
  readonly count: number;
  /** Milliseconds until nothing is left of what all processes have spent. */
  readonly debt: number;
}

/** Where all processes write down what was spent. It has a clock of its own: only distances in time go there and back. */
export interface RateLedger {
  /** Whether it is asked at all: it is left alone while it does not work. */
  readonly isUsed: boolean;
  /** @returns undefined when it could not be asked; nobody knows then whether it has counted them */
  charge(bills: readonly Bill[]): Promise<readonly Receipt[] | undefined>;
}
