import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { LocalRates } from './rate-store.js';
import { spend, type Rate } from './rate.js';

const rates = fc.record({ limit: fc.integer({ min: 1, max: 500 }), window: fc.integer({ min: 1_000, max: 100_000 }) });

/** How many of a row of requests at the given milliseconds are allowed. */
function allowed(rate: Rate, times: readonly number[]): number {
  let full: number | undefined;
  return times.filter((now) => {
    const spent = spend(full, now, rate);
    full = spent.full;
    return spent.allowed;
  }).length;
}

describe('spend', () => {
  it('allows exactly the limit at once, whenever that is', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0, max: 1e10, noNaN: true }), (rate, now) => {
        expect(
          allowed(
            rate,
            Array.from({ length: rate.limit + 5 }, () => now),
          ),
        ).toBe(rate.limit);
      }),
    );
  });

  it('never allows more than the limit and what has come back', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(rates, gaps, (rate, steps) => {
        let now = 0;
        const times = steps.map((step) => (now += step));
        const span = times.length > 0 ? now - times[0]! : 0;
        expect(allowed(rate, times)).toBeLessThanOrEqual(Math.ceil(rate.limit + (span * rate.limit) / rate.window));
      }),
    );
  });

  it('allows one when the time has passed that it told, and not before', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        let full: number | undefined;
        for (let n = 0; n < rate.limit; n += 1) full = spend(full, 0, rate).full;
        const refused = spend(full, 0, rate);
        expect(refused.allowed).toBe(false);
        expect(spend(refused.full, refused.reset * 0.9, rate).allowed).toBe(false);
        expect(spend(refused.full, refused.reset + 0.01, rate).allowed).toBe(true);
      }),
    );
  });

  it('counts what remains down, and up again', () => {
    const rate = { limit: 3, window: 3_000 };
    const remaining: number[] = [];
    let full: number | undefined;
    for (const now of [0, 0, 0, 1_000, 9_000]) {
      const spent = spend(full, now, rate);
      remaining.push(spent.remaining);
      full = spent.full;
    }
    expect(remaining).toEqual([2, 1, 0, 0, 2]);
  });
});

describe('LocalRates', () => {
  const rate = { limit: 1, window: 1_000 };

  it('counts each key by itself', () => {
    const store = new LocalRates(new FakeClock());
    const spent = ['a', 'b', 'a'].map((key) => store.spend(key, rate).allowed);
    expect(spent).toEqual([true, true, false]);
  });

  it('holds no more than its capacity: who has asked longest ago makes room', () => {
    const store = new LocalRates(new FakeClock(), 2);
    for (const key of ['a', 'b', 'a', 'c']) store.spend(key, rate);
    expect(['a', 'b'].map((key) => store.spend(key, rate).allowed)).toEqual([false, true]);
  });
});
