import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import type { TtlProbe } from './probe.js';
import { expired, hasExpired, newTtlCheck, reported, TtlWatch, type TtlCheck } from './ttl.js';
import { Vigil } from './vigil.js';

const probe: TtlProbe = { type: 'ttl', ttl: 10_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 };

describe('TtlWatch', () => {
  let clock: FakeClock;
  let vigil: Vigil;
  let silent: string[];
  let watch: TtlWatch;
  let check: TtlCheck;
  beforeEach(() => {
    clock = new FakeClock();
    vigil = new Vigil(clock);
    silent = [];
    watch = new TtlWatch(clock, vigil, async ({ id }) => void silent.push(id));
    check = newTtlCheck('node1', 'c', probe);
    vigil.start();
    watch.renew(check);
  });

  it('lets a check expire once after a whole TTL of silence', async () => {
    await clock.advance(9_999);
    expect(silent).toEqual([]);
    await clock.advance(1);
    expect(silent).toEqual(['c']);
    await clock.advance(60_000);
    expect(silent).toEqual(['c']);
  });

  it('counts from the latest sign of life, also after it expired', async () => {
    await clock.advance(9_000);
    watch.renew(check);
    await clock.advance(9_999);
    expect(silent).toEqual([]);
    await clock.advance(1);
    watch.renew(check);
    await clock.advance(10_000);
    expect(silent).toEqual(['c', 'c']);
  });

  it('lets each of many checks expire in its own time', async () => {
    const others = [3_000, 12_000, 1_000, 7_000].map((ttl) => newTtlCheck('node1', `${ttl}`, { ...probe, ttl }));
    for (const other of others) watch.renew(other);
    await clock.advance(2_000);
    watch.renew(others[1]!);
    watch.drop(others[3]!);
    await clock.advance(8_000);
    expect(silent).toEqual(['1000', '3000', 'c']);
    await clock.advance(4_000);
    expect(silent).toEqual(['1000', '3000', 'c', '12000']);
  });

  it('lets none expire once stopped', async () => {
    watch.stop();
    await clock.advance(60_000);
    expect(silent).toEqual([]);
  });

  it('gives every check its full TTL again after the process was stopped', async () => {
    const late = newTtlCheck('node1', 'late', { ...probe, ttl: 90_500 });
    watch.renew(late);
    await clock.stall(90_000);
    await clock.advance(9_999);
    expect(silent).toEqual([]);
    await clock.advance(1);
    expect(silent).toEqual(['c']);
    await clock.advance(80_499);
    expect(silent).toEqual(['c']);
    await clock.advance(1);
    expect(silent).toEqual(['c', 'late']);
  });

  it('lets few of very many expire at a time', async () => {
    const stored: (() => void)[] = [];
    const slow = new TtlWatch(clock, vigil, () => new Promise((resolve) => void stored.push(resolve)));
    for (let i = 0; i < 1_200; i++) slow.renew(newTtlCheck('node1', `${i}`, probe));
    const sizes = [];
    for (let round = 0; round < 4; round++) {
      await clock.advance(10_000);
      sizes.push(stored.length);
      for (const done of stored.splice(0)) done();
      await clock.advance(0);
    }
    expect(sizes).toEqual([500, 500, 200, 0]);
  });

  it('takes a pause that is no longer than its own timers for none', async () => {
    await clock.advance(9_500);
    await clock.stall(500);
    expect(silent).toEqual(['c']);
  });
});

describe('what is said about a TTL', () => {
  it('names the last output', () => {
    expect(expired('')).toEqual({ status: 'critical', output: 'TTL expired' });
    expect(expired('all well').output).toBe('TTL expired (last output before timeout follows): all well');
    expect(hasExpired(expired('x'))).toBe(true);
    expect(hasExpired({ status: 'critical', output: 'down' })).toBe(false);
  });

  it('is cut to the size that the check asks for, at a character', () => {
    const small = { ...probe, outputMaxSize: 5 };
    expect(reported({ status: 'passing', output: 'abcdefgh' }, small).output).toBe('abcde ... (captured 5 of 8 bytes)');
    expect(reported({ status: 'passing', output: 'abcdé' }, small).output).toBe('abcd ... (captured 5 of 6 bytes)');
    expect(reported({ status: 'passing', output: 'abc' }, small).output).toBe('abc');
  });
});
