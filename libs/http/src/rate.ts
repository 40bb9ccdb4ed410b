/** So many requests in so many milliseconds: all at once, or spread over them. */
export interface Rate {
  readonly limit: number;
  readonly window: number;
}

/** What became of a request that wanted to count against a rate. */
export interface Spent {
  readonly allowed: boolean;
  /** How many more would be allowed now. */
  readonly remaining: number;
  /** Milliseconds until the next is allowed; for an allowed request until all are again. */
  readonly reset: number;
  /** What to keep until then: when all are allowed again, in milliseconds of the same clock as `now`. */
  readonly full: number;
}

/** Sums of fractions of a millisecond are not exact. */
const TOLERANCE_MS = 0.001;

/**
 * Counts a request by the generic cell rate algorithm (ITU-T I.371): one number for each client, no window whose end lets
 * twice as many through, and no timer.
 *
 * @param full what was kept of the last request; undefined for the first
 */
export function spend(full: number | undefined, now: number, { limit, window }: Rate): Spent {
  const interval = window / limit;
  const before = Math.max(full ?? now, now);
  const after = before + interval;
  const slack = now + window - after + TOLERANCE_MS;
  if (slack < 0) return { allowed: false, remaining: 0, reset: -slack, full: before };
  return { allowed: true, remaining: Math.floor(slack / interval), reset: after - now, full: after };
}
