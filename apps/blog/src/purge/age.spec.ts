import { describe, expect, it } from 'vitest';
import { parseAge } from './age.js';

describe('parseAge', () => {
  it.each([
    ['90d', 7_776_000_000],
    ['36h', 129_600_000],
    ['1h30m', 5_400_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseAge(text)).toBe(ms);
  });

  it.each(['', '0', '0d', '-1d', '90', '1.5d', '90 d', '999999d', '1d12h', '-5h', 'd'])('refuses %j', (text) => {
    expect(parseAge(text)).toBeUndefined();
  });
});
