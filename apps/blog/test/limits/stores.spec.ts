// Rates and failed logins are counted alike in a process and in Redis.
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { eventually, FakeClock, TestRedis } from '#libs/testing';
import { openLimitStores, type LimitStores } from '../../src/limits/limit-stores.js';
import { describeLimits } from './contract.js';

const PREFIX = 'test:';
/** Redis counts whole milliseconds of a clock of its own. */
const MARGIN_MS = 20;

let shared: TestRedis;
beforeAll(async () => void (shared = await TestRedis.start()));
afterAll(() => shared.stop());
beforeEach(() => shared.command('FLUSHALL'));

function open(url: string, clock: FakeClock): LimitStores {
  const config = loadConfig({ env: { SIGNPOST_REDIS_URL: url } });
  return openLimitStores({ config, prefix: PREFIX, clock, log: pino({ level: 'silent' }) });
}

/** What a process has, once it uses Redis. Its clock stands still unless it is moved: a busy machine's Redis is waited for. */
async function openShared(redis: TestRedis, clock = new FakeClock()): Promise<LimitStores> {
  const stores = open(redis.url, clock);
  stores.start();
  await eventually('the stores', 10_000, () => stores.counters.isUp);
  return stores;
}

async function inRedis() {
  const clock = new FakeClock();
  const stores = await openShared(shared, clock);
  const pass = async (ms: number) => {
    await sleep(ms + MARGIN_MS);
    await clock.advance(ms + MARGIN_MS);
  };
  return { ...stores, pass };
}

describeLimits('limits in a process', async () => {
  const clock = new FakeClock();
  return { ...open('', clock), pass: (ms) => clock.advance(ms) };
});
describeLimits('limits in Redis', inRedis);
describeLimits('limits in Redis, settled in batches', inRedis, 2);

describe('limits in Redis', () => {
  const patience = { free: 1, longest: 60_000 };

  it('are those of all processes', async () => {
    const [one, two] = [await openShared(shared), await openShared(shared)];
    const rate = { limit: 3, window: 3_000_000 };
    const spent = [];
    for (const { rates } of [one, two, one, two]) spent.push((await rates.spend('login here', rate)).allowed);
    expect(spent).toEqual([true, true, true, false]);
    await one.attempts.begin('account ann', patience);
    expect(await two.attempts.begin('account ann', patience)).toBeGreaterThan(0);
    await two.attempts.forget('account ann');
    expect(await one.attempts.begin('account ann', patience)).toBe(0);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('leave nothing without a time to live, or of another name than theirs', async () => {
    const { rates, attempts, stop } = await openShared(shared);
    await rates.spend('write user ann', { limit: 10, window: 60_000 });
    void rates.spend('read user ann', { limit: 1_000, window: 60_000, batch: 20 });
    await attempts.begin('account ann', patience);
    await attempts.begin('account bob', { free: 2, longest: 1_000 });
    await attempts.takeBack('account bob');
    await stop();
    const lives: Record<string, number> = {};
    for (const key of await shared.keys()) lives[key] = Number(await shared.command('PTTL', key));
    expect(Object.keys(lives).sort()).toEqual([
      'test:attempts:account ann',
      'test:attempts:account bob',
      'test:rate:read user ann',
      'test:rate:write user ann',
    ]);
    for (const ms of Object.values(lives)) expect(ms).toBeGreaterThan(0);
    expect(lives['test:rate:write user ann']).toBeLessThanOrEqual(6_000);
    expect(lives['test:attempts:account ann']).toBeLessThanOrEqual(15 * 60_000);
  });

  it('go on when Redis has forgotten the scripts', async () => {
    const { rates, stop, counters } = await openShared(shared);
    const rate = { limit: 3, window: 3_000_000 };
    await rates.spend('login here', rate);
    await shared.command('SCRIPT', 'FLUSH');
    expect(await rates.spend('login here', rate)).toMatchObject({ allowed: true, remaining: 1 });
    expect(counters.alone.rates).toBe(0);
    await stop();
  });

  it('are not asked for when limits are switched off', async () => {
    const config = loadConfig({ env: { SIGNPOST_REDIS_URL: shared.url, SIGNPOST_LIMITS_ENABLED: 'false' } });
    const stores = openLimitStores({ config, prefix: PREFIX, clock: new FakeClock(), log: pino({ level: 'silent' }) });
    stores.start();
    await stores.rates.spend('login here', { limit: 3, window: 3_000_000 });
    expect(await shared.keys()).toEqual([]);
    await stores.stop();
  });
});

describe('limits whose Redis', () => {
  const rate = { limit: 3, window: 3_000_000 };
  const patience = { free: 2, longest: 60_000 };
  /** Stands still unless it is moved, so that it is told how long Redis was waited for. */
  let clock: FakeClock;
  let stores: LimitStores;
  let redis: TestRedis;
  beforeEach(async () => {
    clock = new FakeClock();
    redis = await TestRedis.start();
    stores = await openShared(redis, clock);
    return async () => {
      redis.thaw();
      await stores.stop();
      await redis.stop();
    };
  });

  const spend = async () => (await stores.rates.spend('login here', rate)).allowed;
  const begin = () => stores.attempts.begin('account ann', patience);

  async function recovered(): Promise<void> {
    await eventually('Redis', 10_000, async () => {
      await clock.advance(100);
      return stores.counters.isUp;
    });
  }

  it('is frozen cost a request 50 ms once, and hold by what was known', async () => {
    expect([await spend(), await begin()]).toEqual([true, 0]);
    redis.freeze();
    const first = spend();
    let done = false;
    void first.then(() => (done = true));
    await clock.advance(49);
    expect(done).toBe(false);
    await clock.advance(1);
    await clock.advance(0);
    expect(done).toBe(true);
    expect([await first, await spend(), await spend()]).toEqual([true, true, false]);
    expect([await begin(), (await begin()) > 0]).toEqual([0, true]);
    expect(stores.counters).toMatchObject({ isUp: false, alone: { rates: 3, logins: 2 } });
    redis.thaw();
    await recovered();
    expect([await spend(), stores.counters.alone.rates]).toEqual([false, 3]);
  });

  it('is killed hold by what was known, and take that along when it is back', async () => {
    expect([await spend(), await begin()]).toEqual([true, 0]);
    await redis.kill();
    await eventually('the end', 5_000, () => !stores.counters.isUp);
    expect([await spend(), await spend(), await spend()]).toEqual([true, true, false]);
    expect([await begin(), (await begin()) > 0]).toEqual([0, true]);
    await redis.restart();
    await recovered();
    expect([await spend(), stores.counters.alone]).toEqual([false, { rates: 3, logins: 2 }]);
  });

  it('was flushed know as much as before of rates, and count attempts from the beginning', async () => {
    expect([await spend(), await spend(), await spend(), await spend()]).toEqual([true, true, true, false]);
    expect([await begin(), await begin(), (await begin()) > 0]).toEqual([0, 0, true]);
    await redis.command('FLUSHALL');
    expect(await spend()).toBe(false);
    expect([await begin(), await begin(), (await begin()) > 0]).toEqual([0, 0, true]);
    expect(stores.counters).toEqual({ isUp: true, alone: { rates: 0, logins: 0 } });
  });

  it('is full are those of this process, until there is room', async () => {
    expect([await spend(), await begin()]).toEqual([true, 0]);
    await redis.command('CONFIG', 'SET', 'maxmemory', 1);
    expect([await spend(), await spend(), await spend()]).toEqual([true, true, false]);
    expect([await begin(), (await begin()) > 0]).toEqual([0, true]);
    await stores.attempts.takeBack('account ann');
    expect(stores.counters).toEqual({ isUp: true, alone: { rates: 3, logins: 2 } });
    await redis.command('CONFIG', 'SET', 'maxmemory', 0);
    expect([await spend(), stores.counters.alone.rates]).toEqual([false, 3]);
  });

  it('has something else by that name hold all the same', async () => {
    await redis.command('LPUSH', `${PREFIX}rate:login here`, 'x');
    expect([await spend(), await spend(), await spend(), await spend()]).toEqual([true, true, true, false]);
  });
});
