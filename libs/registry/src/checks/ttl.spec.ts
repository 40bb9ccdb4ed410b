import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import type { TtlProbe } from './probe.js';
import { expired, hasExpired, reported, TtlCheck } from './ttl.js';

const probe: TtlProbe = { type: 'ttl', ttl: 10_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 };

describe('TtlCheck', () => {
  let clock: FakeClock;
  let expirations: number;
  let check: TtlCheck;
  beforeEach(() => {
    clock = new FakeClock();
    expirations = 0;
    check = new TtlCheck(probe, clock, () => expirations++);
    check.renew();
  });

  it('expires once after a whole TTL of silence', async () => {
    await clock.advance(9_999);
    expect(expirations).toBe(0);
    await clock.advance(1);
    expect(expirations).toBe(1);
    await clock.advance(60_000);
    expect(expirations).toBe(1);
  });

  it('counts from the latest sign of life, also after it expired', async () => {
    await clock.advance(9_000);
    check.renew();
    await clock.advance(9_999);
    expect(expirations).toBe(0);
    await clock.advance(1);
    check.renew();
    await clock.advance(10_000);
    expect(expirations).toBe(2);
  });

  it('takes a TTL that is longer than a timer can be', async () => {
    const month = 30 * 86_400_000;
    const patient = new TtlCheck({ ...probe, ttl: month }, clock, () => expirations++);
    check.stop();
    patient.renew();
    await clock.advance(month - 1);
    expect(expirations).toBe(0);
    await clock.advance(1);
    expect(expirations).toBe(1);
  });

  it('never expires once stopped', async () => {
    check.stop();
    await clock.advance(60_000);
    expect(expirations).toBe(0);
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
