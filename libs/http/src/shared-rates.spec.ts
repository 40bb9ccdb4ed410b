import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { ModelLedger } from '../test/model-ledger.js';
import { LocalRates } from './rate-store.js';
import type { Rate, Spent } from './rate.js';
import { SharedRates } from './shared-rates.js';

const KEY = 'read ann';
/** A request each 20 ms, and a batch of 10. */
const batched: Rate = { limit: 500, window: 10_000, batch: 10 };
const exact: Rate = { limit: 5, window: 10_000 };

let clock: FakeClock;
let ledger: ModelLedger;
beforeEach(() => {
  clock = new FakeClock();
  ledger = new ModelLedger(clock);
});

function processes(count: number): SharedRates[] {
  return Array.from({ length: count }, () => new SharedRates(ledger, clock));
}

/** Sends requests one after the other, without waiting for answers. */
function spendTimes(store: SharedRates, rate: Rate, requests: number): (Spent | Promise<Spent>)[] {
  return Array.from({ length: requests }, () => store.spend(KEY, rate));
}

async function answersOf(sent: readonly (Spent | Promise<Spent>)[]): Promise<Spent[]> {
  const answers: Spent[] = [];
  for (const spent of sent) answers.push(await spent);
  return answers;
}

/** How many of so many requests are allowed. */
async function allowed(store: SharedRates, rate: Rate, requests: number): Promise<number> {
  let count = 0;
  for (let n = 0; n < requests; n += 1) if ((await store.spend(KEY, rate)).allowed) count += 1;
  return count;
}

/** One thing that happens: a request at one of the processes, or time that passes. */
type Step = { readonly at: number } | { readonly pass: number };

const rates = fc
  .record({ limit: fc.integer({ min: 1, max: 60 }), window: fc.integer({ min: 500, max: 20_000 }) })
  .chain(({ limit, window }) => fc.record({ ...constants({ limit, window }), batch: fc.integer({ min: 1, max: 12 }) }));
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ at: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 700 }) }) },
  ),
  { maxLength: 250 },
);

function constants<T extends Record<string, number>>(values: T) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fc.constant(value)])) as {
    [Name in keyof T]: fc.Arbitrary<number>;
  };
}

/** Runs steps, and gives what each request got. */
async function run(stores: readonly SharedRates[], rate: Rate, row: readonly Step[]): Promise<Spent[]> {
  const got: Spent[] = [];
  for (const step of row) {
    if ('pass' in step) await clock.advance(step.pass);
    else got.push(await stores[step.at]!.spend(KEY, rate));
  }
  return got;
}

describe('SharedRates, for a rate without a batch,', () => {
  it('does what one store for all would do', async () => {
    await fc.assert(
      fc.asyncProperty(rates, steps, async ({ limit, window }, row) => {
        clock = new FakeClock();
        ledger = new ModelLedger(clock);
        const rate = { limit, window };
        const got = await run(processes(3), rate, row);
        const alike = new FakeClock();
        const local = new LocalRates(alike);
        const expected: Spent[] = [];
        for (const step of row) {
          if ('pass' in step) await alike.advance(step.pass);
          else expected.push(local.spend(KEY, rate));
        }
        got.forEach((spent, i) => {
          expect(spent.allowed).toBe(expected[i]!.allowed);
          expect(spent.remaining).toBe(expected[i]!.remaining);
          expect(spent.reset).toBeCloseTo(expected[i]!.reset, 6);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('asks for each request, and counts those that wait at the same time', async () => {
    const [one, two] = processes(2);
    const spent = await answersOf([one!, two!, one!, two!, one!, two!].map((store) => store.spend(KEY, exact)));
    expect(spent.filter((each) => each.allowed)).toHaveLength(5);
    expect(ledger.calls).toBe(6);
  });
});

describe('SharedRates, for a rate with a batch,', () => {
  it('lets through no more than the limit, what has come back, and a batch for each process', async () => {
    await fc.assert(
      fc.asyncProperty(rates, steps, async (rate, row) => {
        clock = new FakeClock();
        ledger = new ModelLedger(clock);
        const got = await run(processes(3), rate, row);
        const back = Math.ceil((clock.monotonic() * rate.limit) / rate.window);
        const count = got.filter((spent) => spent.allowed).length;
        expect(count).toBeLessThanOrEqual(rate.limit + back + 3 * rate.batch);
      }),
      { numRuns: 100 },
    );
  });

  it('lets through as much as that at worst: when all have spent a batch before one of them has heard', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [one, ...others] = processes(3);
    expect(await allowed(one!, batched, 600)).toBe(500);
    ledger.answer = () => promise;
    const spent = others.flatMap((store) => spendTimes(store, batched, 30));
    resolve();
    expect((await answersOf(spent)).filter((each) => each.allowed)).toHaveLength(20);
  });

  it('owes what was too much, so that in the long run it is the limit', async () => {
    const stores = processes(3);
    let count = 0;
    for (let ms = 0; ms < 60_000; ms += 50) {
      for (const store of stores) count += await allowed(store, batched, 20);
      await clock.advance(50);
    }
    expect(count).toBeGreaterThanOrEqual(500 + 3_000 - 10);
    expect(count).toBeLessThanOrEqual(500 + 3_000 + 3 * 10);
  });

  it.each([
    { limit: 500, window: 10_000, batch: 10, each: 500 },
    { limit: 600, window: 60_000, batch: 12, each: 2_000 },
    { limit: 50, window: 60_000, batch: 1, each: 50 },
  ])('owes it also when all ask at once, and none has heard of the others: $limit in $window ms', async (row) => {
    const { each, ...rate } = row;
    ledger.answer = () => new Promise((resolve) => clock.after(5, resolve));
    const stores = processes(8);
    const sent: (Spent | Promise<Spent>)[] = [];
    for (let ms = 0; ms < 20_000; ms += each) {
      for (const store of stores) sent.push(...spendTimes(store, rate, 25));
      await clock.advance(each);
    }
    const count = (await answersOf(sent)).filter((spent) => spent.allowed).length;
    const back = Math.floor((clock.monotonic() * rate.limit) / rate.window);
    expect(count).toBeGreaterThanOrEqual(rate.limit);
    expect(count).toBeLessThanOrEqual(rate.limit + back + stores.length * rate.batch);
  });

  it('answers at once, and tells the others when half a batch is spent or 100 ms have passed', async () => {
    const [one, two] = processes(2);
    for (let n = 0; n < 4; n += 1) expect(one!.spend(KEY, batched)).not.toBeInstanceOf(Promise);
    await clock.advance(99);
    expect([ledger.calls, ledger.debtOf(KEY)]).toEqual([0, 0]);
    await clock.advance(1);
    expect([ledger.calls, ledger.debtOf(KEY)]).toEqual([1, 80]);
    void two!.spend(KEY, batched);
    await clock.advance(100);
    expect(ledger.debtOf(KEY)).toBe(20);
    void spendTimes(two!, batched, 5);
    expect([ledger.calls, ledger.debtOf(KEY)]).toEqual([3, 120]);
  });

  it('hears what the others have spent', async () => {
    const [one, two] = processes(2);
    expect(await allowed(one!, batched, 600)).toBe(500);
    await two!.spend(KEY, batched);
    await clock.advance(100);
    // Of the 5 that have come back the one has gone, and it was one too many before.
    expect(await allowed(two!, batched, 600)).toBe(4);
  });

  it('never refuses who stays below the rate', async () => {
    const gaps = fc.array(fc.integer({ min: 20, max: 60 }), { minLength: 1, maxLength: 600 });
    await fc.assert(
      fc.asyncProperty(gaps, async (row) => {
        clock = new FakeClock();
        ledger = new ModelLedger(clock);
        const stores = processes(3);
        for (const [i, gap] of row.entries()) {
          expect((await stores[i % 3]!.spend(KEY, batched)).allowed).toBe(true);
          await clock.advance(gap);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('spends no more than a batch before the others have heard, and asks for what comes meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [one] = processes(1);
    ledger.answer = () => promise;
    const answers = spendTimes(one!, batched, 12);
    expect(answers.map((spent) => spent instanceof Promise)).toEqual([...Array(10).fill(false), true, true]);
    resolve();
    expect((await answersOf(answers)).every((spent) => spent.allowed)).toBe(true);
    await clock.advance(0);
    expect(one!.spend(KEY, batched)).not.toBeInstanceOf(Promise);
  });

  it('tells later what was spent while it told', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [one] = processes(1);
    const pair = { ...batched, batch: 2 };
    ledger.answer = () => promise;
    void spendTimes(one!, pair, 2);
    resolve();
    await clock.advance(0);
    expect([ledger.calls, ledger.debtOf(KEY)]).toEqual([1, 20]);
    await clock.advance(100);
    expect([ledger.calls, ledger.debtOf(KEY)]).toEqual([2, 20]);
    await clock.advance(200);
    expect(ledger.calls).toBe(2);
  });

  it('tells nothing twice that a question has told', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [one] = processes(1);
    ledger.answer = () => promise;
    void spendTimes(one!, batched, 10);
    const asked = one!.spend(KEY, batched);
    expect([ledger.bills, ledger.debtOf(KEY)]).toEqual([3, 220]);
    resolve();
    expect((await asked).remaining).toBe(500 - 11);
    await clock.advance(200);
    expect(ledger.bills).toBe(3);
  });

  it('is not set back by an answer that a later one has overtaken', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [one] = processes(1);
    ledger.answer = () => promise;
    void spendTimes(one!, batched, 10);
    ledger.answer = () => Promise.resolve();
    await one!.spend(KEY, batched);
    resolve();
    await clock.advance(0);
    const next = one!.spend(KEY, batched);
    expect(next).toMatchObject({ allowed: true, remaining: 500 - 12 });
  });

  it('tells of many payers at once', async () => {
    const [one] = processes(1);
    for (let n = 0; n < 1_200; n += 1) void one!.spend(`read user${n}`, batched);
    await clock.advance(100);
    expect([ledger.calls, ledger.bills]).toEqual([3, 1_200]);
    await clock.advance(1_000);
    expect(ledger.calls).toBe(3);
  });

  it('tells the last of it when it is stopped', async () => {
    const [one] = processes(1);
    void one!.spend(KEY, batched);
    await one!.stop();
    expect(ledger.debtOf(KEY)).toBe(20);
  });
});

describe.each([
  ['with', batched],
  ['without', exact],
])('SharedRates %s a batch whose ledger', (_, rate) => {
  it('is away limits by itself from what it knew, and brings that along', async () => {
    const [one] = processes(1);
    expect(await allowed(one!, rate, rate.limit - 2)).toBe(rate.limit - 2);
    await one!.stop();
    ledger.isUsed = false;
    expect(await allowed(one!, rate, 5)).toBe(2);
    expect(one!.alone).toBe(5);
    ledger.isUsed = true;
    expect(await allowed(one!, rate, 5)).toBe(0);
    await clock.advance(rate.window / rate.limit);
    expect(await allowed(one!, rate, 2)).toBe(1);
    await clock.advance(100);
    expect(ledger.debtOf(KEY)).toBeGreaterThan(rate.window - 2 * (rate.window / rate.limit) - 100);
    expect(one!.alone).toBe(5);
  });

  it('has lost everything gives it back what it knows', async () => {
    const [one] = processes(1);
    expect(await allowed(one!, rate, rate.limit + 20)).toBe(rate.limit);
    await one!.stop();
    ledger.lose();
    expect(await allowed(one!, rate, 5)).toBe(0);
    await clock.advance(rate.window / rate.limit);
    expect(await allowed(one!, rate, 5)).toBe(1);
  });

  it('goes away while it is asked counts by itself, and tells how often', async () => {
    const failing = new SharedRates({ isUsed: true, charge: () => Promise.resolve(undefined) }, clock);
    expect(await allowed(failing, rate, rate.limit)).toBe(rate.limit);
    expect((await failing.spend(KEY, rate)).allowed).toBe(false);
    await failing.stop();
    expect(failing.alone).toBeGreaterThanOrEqual(rate.limit);
  });

  it('fails when it is asked is as good as away', async () => {
    const failing = new SharedRates({ isUsed: true, charge: () => Promise.reject(new Error('no ledger')) }, clock);
    expect(await allowed(failing, rate, rate.limit + 1)).toBe(rate.limit);
    await clock.advance(1_000);
    await failing.stop();
    expect(failing.alone).toBeGreaterThanOrEqual(rate.limit);
  });

  it('holds no more payers than its capacity', async () => {
    const small = new SharedRates(ledger, clock, 2);
    ledger.isUsed = false;
    const once = { ...rate, limit: 1 };
    for (const key of ['a', 'b', 'a', 'c']) await small.spend(key, once);
    const spent = await answersOf(['a', 'b'].map((key) => small.spend(key, once)));
    expect(spent.map((each) => each.allowed)).toEqual([false, true]);
  });
});
