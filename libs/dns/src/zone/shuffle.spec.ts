import { describe, expect, it } from 'vitest';
import { shuffled } from './shuffle.js';

describe.each([0, 1, 2, 3, 64, 65, 1_000])('shuffled, of %i items,', (length) => {
  const items = Array.from({ length }, (_, i) => i);

  it('gives each item once', () => {
    expect([...shuffled(items)].sort((a, b) => a - b)).toEqual(items);
  });

  it('gives each item at each place about as often', () => {
    const rounds = 2_000;
    const atFront = new Map<number, number>();
    for (let i = 0; i < rounds; i++) {
      const [first] = shuffled(items);
      if (first !== undefined) atFront.set(first, (atFront.get(first) ?? 0) + 1);
    }
    // Of 1,000 items each is first 2 times in the mean; that one comes up more than 16 times happens once in ten million runs.
    for (const times of atFront.values()) expect(times).toBeLessThan((rounds / length) * 2 + 13);
    if (length > 0) expect(atFront.size).toBeGreaterThan(length * 0.7);
  });
});

it('looks at no more items than are taken', () => {
  let looked = 0;
  const many = { length: 1_000_000, at: (index: number) => (looked++, index) };
  const some = [];
  for (const item of shuffled(many)) if (some.push(item) === 20) break;
  expect(new Set(some).size).toBe(20);
  expect(looked).toBe(20);
});
