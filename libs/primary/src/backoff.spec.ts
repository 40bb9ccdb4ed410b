import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

it('replaces the first worker at once, and waits ever longer for those that live shortly', () => {
  const backoff = new Backoff();
  expect(Array.from({ length: 10 }, () => backoff.next(50))).toEqual([
    0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
  ]);
  expect(backoff.next(10_000)).toBe(0);
  expect(backoff.next(9_999)).toBe(100);
});
