import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rate, RateStore } from '#libs/http';
import type { AttemptStore } from '../../src/auth/attempts.js';

/** Stores under test. */
export interface Subject {
  readonly rates: RateStore;
  readonly attempts: AttemptStore;
  /** Lets so many milliseconds pass, for the stores. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** So long that nothing comes back while a test runs, */
const slow: Rate = { limit: 4, window: 4_000_000 };
/** and so short that a test can wait for it. */
const quick: Rate = { limit: 2, window: 3_000 };

/** Lateness that real clocks may have, in milliseconds. */
const LATE_MS = 500;

/** What the stores of rates and attempts do, wherever they are. @param batch of the rates */
export function describeLimits(name: string, make: () => Promise<Subject>, batch = 0): void {
  describe(`${name}, as everywhere,`, () => {
    let subject: Subject;
    beforeEach(async () => void (subject = await make()));
    afterEach(() => subject.stop());

    const spend = (key: string, rate: Rate) => subject.rates.spend(key, { ...rate, batch });

    it('allow as many requests as the limit is at once, and count down', async () => {
      const spent = [];
      for (let n = 0; n < 6; n += 1) spent.push(await spend('read ann', slow));
      expect(spent.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
        ...[3, 2, 1, 0].map((remaining) => [true, remaining]),
        ...[
          [false, 0],
          [false, 0],
        ],
      ]);
      const resets = spent.map(({ reset }) => Math.ceil(reset / LATE_MS) * LATE_MS);
      expect(resets.map((reset) => Math.round(reset / 1_000))).toEqual([1_000, 2_000, 3_000, 4_000, 1_000, 1_000]);
    });

    it('tell keys apart', async () => {
      for (let n = 0; n < 4; n += 1) await spend('read ann', slow);
      const spent = [await spend('write ann', slow), await spend('read bob', slow), await spend('read ann', slow)];
      expect(spent.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    });

    it('allow the next when the time is over that was told, and not before', async () => {
      const spent = [];
      for (let n = 0; n < 3; n += 1) spent.push(await spend('read ann', quick));
      expect(spent.map(({ allowed }) => allowed)).toEqual([true, true, false]);
      await subject.pass(spent[2]!.reset);
      expect((await spend('read ann', quick)).allowed).toBe(true);
      expect((await spend('read ann', quick)).allowed).toBe(false);
    });

    it('let attempts wait when as many as are free have failed, twice as long each time', async () => {
      const patience = { free: 2, longest: 60_000 };
      const begin = () => subject.attempts.begin('account ann', patience);
      expect([await begin(), await begin()]).toEqual([0, 0]);
      const wait = await begin();
      expect([wait > 1_000 - LATE_MS, wait <= 1_000]).toEqual([true, true]);
      await subject.pass(wait);
      expect(await begin()).toBe(0);
      const next = await begin();
      expect([next > 2_000 - LATE_MS, next <= 2_000]).toEqual([true, true]);
      expect(await subject.attempts.begin('account bob', patience)).toBe(0);
    });

    it('let no attempt wait longer than the longest', async () => {
      const patience = { free: 1, longest: 900 };
      await subject.attempts.begin('account ann', patience);
      const wait = await subject.attempts.begin('account ann', patience);
      expect([wait > 900 - LATE_MS, wait <= 900]).toEqual([true, true]);
    });

    it('take back an attempt, and forget all of them', async () => {
      const patience = { free: 2, longest: 60_000 };
      const begin = () => subject.attempts.begin('network here', patience);
      await begin();
      await begin();
      await subject.attempts.takeBack('network here');
      expect([await begin(), (await begin()) > 0]).toEqual([0, true]);
      await subject.attempts.forget('network here');
      expect([await begin(), await begin(), (await begin()) > 0]).toEqual([0, 0, true]);
      await subject.attempts.takeBack('network there');
      await subject.attempts.forget('network there');
      expect(await subject.attempts.begin('network there', patience)).toBe(0);
    });

    it('count attempts that begin at the same time', async () => {
      const patience = { free: 3, longest: 60_000 };
      const waits = await Promise.all(Array.from({ length: 20 }, () => subject.attempts.begin('x', patience)));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
    });
  });
}
