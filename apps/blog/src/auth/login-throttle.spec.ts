import { beforeEach, describe, expect, it } from 'vitest';
import { HTTP_PROBLEMS, Problem } from '#libs/http';
import { FakeClock } from '#libs/testing';
import { LocalAttempts } from './attempts.js';
import { LoginThrottle } from './login-throttle.js';

const HERE = '192.0.2.0/24';
const THERE = '198.51.100.0/24';

let clock: FakeClock;
let throttle: LoginThrottle;
let checked: number;
beforeEach(() => {
  clock = new FakeClock();
  checked = 0;
  throttle = new LoginThrottle({
    store: new LocalAttempts(clock),
    enabled: true,
    accountFailures: 3,
    networkFailures: 5,
  });
});

/** What comes of a login: right, wrong, or the seconds to wait. */
async function logIn(username: string, right: boolean, network = HERE): Promise<'right' | 'wrong' | number> {
  const check = () => {
    checked += 1;
    return Promise.resolve(right ? 'somebody' : undefined);
  };
  try {
    return (await throttle.check({ username, network }, check)) ? 'right' : 'wrong';
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== HTTP_PROBLEMS.tooManyRequests) throw error;
    return Number(error.headers['retry-after']);
  }
}

describe('LoginThrottle', () => {
  it('lets an account wait after wrong passwords, twice as long each time and a minute at most', async () => {
    const waits: unknown[] = [await logIn('ann', false), await logIn('ann', false), await logIn('ann', false)];
    for (let n = 0; n < 8; n += 1) {
      const wait = await logIn('ann', true, `net ${n}`);
      waits.push(wait);
      await clock.advance(Number(wait) * 1_000 - 1);
      expect(await logIn('ann', true, `net ${n}`)).toBe(1);
      await clock.advance(1);
      await logIn('ann', false, `net ${n}`);
    }
    expect(waits).toEqual(['wrong', 'wrong', 'wrong', 1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('checks nothing for one who has to wait, whatever the password is', async () => {
    for (let n = 0; n < 3; n += 1) await logIn('ann', false);
    expect([await logIn('ann', true), checked]).toEqual([1, 3]);
  });

  it('forgets the failures of an account that got in, and of one that was left alone', async () => {
    await logIn('ann', false);
    await logIn('ann', false);
    expect(await logIn('ann', true)).toBe('right');
    for (let n = 0; n < 3; n += 1) expect(await logIn('ann', false, THERE)).toBe('wrong');
    expect(await logIn('ann', true, THERE)).toBe(1);
    await clock.advance(15 * 60_000);
    for (let n = 0; n < 3; n += 1) expect(await logIn('ann', false, THERE)).toBe('wrong');
  });

  it('lets a network wait that tries one account after another, and no other network', async () => {
    for (let n = 0; n < 5; n += 1) expect(await logIn(`name ${n}`, false)).toBe('wrong');
    expect(await logIn('ann', true)).toBe(1);
    expect(await logIn('ann', true, THERE)).toBe('right');
  });

  it('does not let a network off for an account of its own', async () => {
    for (let n = 0; n < 4; n += 1) {
      await logIn(`name ${n}`, false);
      expect(await logIn('mallory', true)).toBe('right');
    }
    expect(await logIn('name 5', false)).toBe('wrong');
    expect(await logIn('mallory', true)).toBe(1);
  });

  it('counts attempts before they are made: of many at once no more are free', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => logIn('ann', false)));
    expect(results.filter((result) => result === 'wrong')).toHaveLength(3);
    expect(checked).toBe(3);
  });

  it('does not count what could not be checked', async () => {
    for (let n = 0; n < 9; n += 1) {
      const failing = throttle.check({ username: 'ann', network: HERE }, () => Promise.reject(new Error('busy')));
      await expect(failing).rejects.toThrow('busy');
    }
    expect(await logIn('ann', false)).toBe('wrong');
  });

  it('counts an unknown name as it does a known one', async () => {
    for (let n = 0; n < 3; n += 1) await logIn('nobody', false);
    expect(await logIn('nobody', false)).toBe(1);
  });

  it('lets everybody try when it is switched off', async () => {
    throttle = new LoginThrottle({
      ...{ store: new LocalAttempts(clock), enabled: false },
      ...{ accountFailures: 1, networkFailures: 1 },
    });
    for (let n = 0; n < 20; n += 1) expect(await logIn('ann', false)).toBe('wrong');
  });
});

describe('LocalAttempts', () => {
  it('holds no more than its capacity: who has tried longest ago makes room', async () => {
    const store = new LocalAttempts(clock, 2);
    const once = { free: 1, longest: 60_000 };
    for (const key of ['a', 'b', 'c']) await store.begin(key, once);
    expect([await store.begin('c', once), await store.begin('a', once)]).toEqual([1_000, 0]);
  });
});
