/** So many requests in so many milliseconds: all at once, or spread over them. */
export interface Rate {
  readonly limit: number;
  readonly window: number;
  /**
   * For processes that share what is spent: how many requests of a payer each of them lets through on its own, before the others have
   * heard of it. Below 1, or absent: none, so that each request is asked for.
   */
  readonly batch?: number;
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
export function spend(full: number | undefined, now: number, rate: Rate): Spent {
  const before = Math.max(full ?? now, now);
  const after = before + intervalOf(rate);
  const allowed = after <= now + rate.window + TOLERANCE_MS;
  return describeSpent(allowed, allowed ? after : before, now, rate);
}

/** What a client is told of a request that was counted, or was not. */
export function describeSpent(allowed: boolean, full: number, now: number, rate: Rate): Spent {
  const interval = intervalOf(rate);
  const slack = now + rate.window - full;
  if (!allowed) return { allowed, remaining: 0, reset: interval - slack, full };
  return { allowed, remaining: Math.max(Math.floor((slack + TOLERANCE_MS) / interval), 0), reset: full - now, full };
}

/** Milliseconds in which one of them comes back. */
export function intervalOf({ limit, window }: Rate): number {
  return window / limit;
}
