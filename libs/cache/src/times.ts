/** How long things take at most, all in milliseconds. */
export interface CacheTimes {
  /** How long a value is good for when nobody says that it changed: the bound for writes that went past the API. */
  readonly ttl: number;
  /** The same for "there is no such row". */
  readonly absentTtl: number;
  /** The same for the copy in this process. */
  readonly nearTtl: number;
  /** How long a tombstone keeps older versions out, whatever replica they were read from. Longer than `load`. */
  readonly tombstone: number;
  /** What takes longer between claim and fill is not stored. */
  readonly load: number;
  /** How long a reader of a cold key waits for the one that reads the database. */
  readonly lease: number;
  /** What one request may lose to the store in all. */
  readonly patience: number;
  /** The store is asked for a sign of life so often, */
  readonly heartbeat: number;
  /** and after so much silence nothing that this process keeps is used. */
  readonly silence: number;
  /** How often the outbox is looked at, */
  readonly poll: number;
  /** for rows that their writer has not delivered after so long. More than one poll, as that is when delivered rows are removed. */
  readonly settle: number;
}

export const DEFAULT_TIMES: CacheTimes = {
  ttl: 300_000,
  absentTtl: 10_000,
  nearTtl: 30_000,
  tombstone: 60_000,
  load: 10_000,
  lease: 200,
  patience: 50,
  heartbeat: 250,
  silence: 1_000,
  poll: 250,
  settle: 500,
};

/** A fifth more or less, so that what was stored together does not end together. @param random 0 <= x < 1 */
export function jittered(ms: number, random: () => number): number {
  return Math.round(ms * (0.8 + 0.4 * random()));
}
