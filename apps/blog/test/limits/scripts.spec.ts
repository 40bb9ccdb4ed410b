// The scripts in a real Redis, with a clock that a test moves, beside what a process does by itself.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalRates, type Rate } from '#libs/http';
import { FakeClock, TestRedis } from '#libs/testing';
import { FIRST_WAIT_MS, FORGET_AFTER_MS, LocalAttempts } from '../../src/auth/attempts.js';
import { SCRIPTS } from '../../src/limits/scripts.js';

const PREFIX = 'test:';
const TIME = "redis.call('TIME')";

let redis: TestRedis;
beforeAll(async () => void (redis = await TestRedis.start()));
afterAll(() => redis.stop());

/** Runs a script at a time of ours, which is its last two arguments. */
function run(script: string, clock: FakeClock, key: string, ...values: number[]): Promise<unknown> {
  expect(script).toContain(TIME);
  const lua = script.replace(TIME, '{ ARGV[#ARGV - 1], ARGV[#ARGV] }');
  const [seconds, ms] = [Math.floor(clock.now() / 1_000), clock.now() % 1_000];
  return redis.command('EVAL', lua, 1, `${PREFIX}${key}`, ...values, seconds, Math.round(ms * 1_000));
}

/** Long enough that Redis, which goes by its own clock, forgets nothing. */
const rates: fc.Arbitrary<Rate> = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  window: fc.integer({ min: 60_000, max: 10_000_000 }),
});
const gaps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 300_000 })), {
  minLength: 1,
  maxLength: 80,
});

describe('the script that counts against rates', () => {
  async function charge(clock: FakeClock, { limit, window }: Rate, count = 1, most = window, known = 0) {
    const values = [count, window / limit, most, known, 2 * window];
    const reply = await run(SCRIPTS.chargeRates.lua, clock, 'ann', ...values);
    const [[fitting, debt]] = reply as [[number, string]];
    return { fitting, debt: Number(debt) };
  }

  it('allows what a process alone allows, whenever that is', async () => {
    await fc.assert(
      fc.asyncProperty(rates, gaps, async (rate, row) => {
        await redis.command('FLUSHALL');
        const clock = new FakeClock();
        const local = new LocalRates(clock);
        for (const gap of row) {
          await clock.advance(gap);
          const expected = local.spend('ann', rate);
          const { fitting, debt } = await charge(clock, rate);
          expect(fitting).toBe(expected.allowed ? 1 : 0);
          expect(debt).toBeCloseTo(Math.max(expected.full - clock.monotonic(), 0), 2);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('allows the whole limit at once, also where an interval is no whole number', async () => {
    const clock = new FakeClock();
    for (const rate of [
      { limit: 3_001, window: 60_000 },
      { limit: 7, window: 60_000 },
    ]) {
      await redis.command('FLUSHALL');
      for (let n = 0; n < rate.limit; n += 1) expect((await charge(clock, rate)).fitting).toBe(1);
      expect((await charge(clock, rate)).fitting).toBe(0);
    }
  });

  it('counts as many as fit, and starts from what is known', async () => {
    await redis.command('FLUSHALL');
    const clock = new FakeClock();
    const rate = { limit: 10, window: 600_000 };
    expect(await charge(clock, rate, 4)).toEqual({ fitting: 4, debt: 240_000 });
    expect(await charge(clock, rate, 8)).toEqual({ fitting: 6, debt: 600_000 });
    expect(await charge(clock, rate, 8, 1_200_000)).toEqual({ fitting: 8, debt: 1_080_000 });
    await redis.command('FLUSHALL');
    expect(await charge(clock, rate, 1, 600_000, 120_000)).toEqual({ fitting: 1, debt: 180_000 });
  });

  it('forgives nothing of what is more than may fit', async () => {
    await redis.command('FLUSHALL');
    const clock = new FakeClock();
    const rate = { limit: 10, window: 600_000 };
    await charge(clock, rate, 18, 1_200_000);
    expect(await charge(clock, rate)).toEqual({ fitting: 0, debt: 1_080_000 });
    await clock.advance(480_000);
    expect(await charge(clock, rate)).toEqual({ fitting: 0, debt: 600_000 });
    await clock.advance(60_000);
    expect(await charge(clock, rate)).toEqual({ fitting: 1, debt: 600_000 });
  });

  it('takes no debt for higher than two windows, as after a clock was put back: one of them is waited for', async () => {
    await redis.command('FLUSHALL');
    const rate = { limit: 10, window: 600_000 };
    await charge(new FakeClock(Date.UTC(2027, 0, 1)), rate, 10);
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    expect(await charge(clock, rate)).toEqual({ fitting: 0, debt: 1_200_000 });
    await clock.advance(600_000);
    expect(await charge(clock, rate)).toEqual({ fitting: 0, debt: 600_000 });
    await clock.advance(60_000);
    expect(await charge(clock, rate)).toEqual({ fitting: 1, debt: 600_000 });
  });

  it.each([
    ['', { fitting: 1, debt: 60_000 }],
    ['garbage', { fitting: 1, debt: 60_000 }],
    ['nan', { fitting: 1, debt: 60_000 }],
    ['-inf', { fitting: 1, debt: 60_000 }],
    ['inf', { fitting: 0, debt: 1_200_000 }],
    ['1e300', { fitting: 0, debt: 1_200_000 }],
  ])('puts something that it can go on from in the place of "%s"', async (value, expected) => {
    await redis.command('SET', `${PREFIX}ann`, value);
    expect(await charge(new FakeClock(), { limit: 10, window: 600_000 })).toEqual(expected);
    expect(await redis.command('PTTL', `${PREFIX}ann`)).toBeGreaterThan(0);
    expect(Number(await redis.command('GET', `${PREFIX}ann`))).toBeGreaterThan(0);
  });
});

describe('the scripts that count attempts', () => {
  const steps = fc.array(
    fc.record({
      act: fc.constantFrom('begin', 'begin', 'begin', 'takeBack', 'forget'),
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90_000 }), fc.constant(FORGET_AFTER_MS)),
    }),
    { maxLength: 60 },
  );
  const patiences = fc.record({
    free: fc.integer({ min: 1, max: 4 }),
    longest: fc.constantFrom(60_000, FORGET_AFTER_MS, 2 * FORGET_AFTER_MS),
  });

  it('do what a process alone does', async () => {
    await fc.assert(
      fc.asyncProperty(patiences, steps, async (patience, row) => {
        await redis.command('FLUSHALL');
        const clock = new FakeClock();
        const local = new LocalAttempts(clock);
        const begin = async () => {
          const values = [patience.free, patience.longest, FIRST_WAIT_MS, FORGET_AFTER_MS];
          const reply = await run(SCRIPTS.beginAttempt.lua, clock, 'ann', ...values);
          const [counted, , , untilNext] = reply as [number, number, number, number];
          return counted ? 0 : untilNext;
        };
        for (const { act, gap } of row) {
          await clock.advance(gap);
          if (act === 'begin') {
            expect(await begin()).toBe(await local.begin('ann', patience));
          } else if (act === 'forget') {
            await redis.command('DEL', `${PREFIX}ann`);
            await local.forget('ann');
          } else {
            await redis.command('EVAL', SCRIPTS.takeBackAttempt.lua, 1, `${PREFIX}ann`);
            await local.takeBack('ann');
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
