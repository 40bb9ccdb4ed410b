import { expect, it } from 'vitest';
import { KeptCounts } from './kept-counts.js';

it('counts once in each state of the database, whatever else is counted in it', () => {
  const counts = new KeptCounts();
  let counted = 0;
  const at = (version: number, key: string) => counts.at(version, key, () => (counted += 1));
  expect([at(7, 'articles'), at(7, 'tags'), at(7, 'articles'), at(7, 'tags')]).toEqual([1, 2, 1, 2]);
  expect([at(8, 'articles'), at(8, 'articles')]).toEqual([3, 3]);
  expect(at(7, 'articles')).toBe(4);
});

it('keeps no more than a few, however many filters are asked for', () => {
  const counts = new KeptCounts();
  let counted = 0;
  for (let n = 0; n < 5_000; n += 1) counts.at(1, `filter ${n}`, () => (counted += 1));
  counts.at(1, 'filter 4999', () => (counted += 1));
  counts.at(1, 'filter 0', () => (counted += 1));
  expect(counted).toBe(5_001);
});
