import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1h0m0s', 3_600_000],
    ['55000ms', 55_000],
    ['1.5s', 1_500],
    ['.5s', 500],
    ['-2m', -120_000],
    ['250us', 0.25],
    ['250µs', 0.25],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '10', '1x', 's', '1s ', ' 1s', '1.s.', '1,5s', 'ten', '--1s', '1S'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('takes linear time on a long hostile text', () => {
    expect(parseDuration(`${'1'.repeat(100_000)}x`)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [500, '500ms'],
    [1_500, '1.5s'],
    [10_000, '10s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [5_400_000, '1h30m0s'],
    [0.25, '250µs'],
    [-10_000, '-10s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('is the inverse of parseDuration for whole milliseconds up to 104 days', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e9, max: 9e9 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
