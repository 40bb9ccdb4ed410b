import { expect, it } from 'vitest';
import { z } from 'zod';
import { ParsedQueries } from './parsed-queries.js';

function countingQueries() {
  let parsed = 0;
  const count = (page: string) => {
    parsed += 1;
    return Number(page);
  };
  const queries = new ParsedQueries(z.strictObject({ page: z.string().regex(/^\d+$/).transform(count) }));
  return { queries, parsed: () => parsed };
}

it('parses an address once', () => {
  const { queries, parsed } = countingQueries();
  for (let n = 0; n < 3; n += 1) expect(queries.parse('/tags?page=2', { page: '2' })).toEqual({ page: 2 });
  expect(queries.parse('/tags?page=3', { page: '3' })).toEqual({ page: 3 });
  expect(parsed()).toBe(2);
});

it('knows no wrong one, and goes on to say so', () => {
  const { queries } = countingQueries();
  for (let n = 0; n < 2; n += 1) expect(queries.parse('/tags?page=x', { page: 'x' })).toBeUndefined();
});

it.each([
  ['many', (n: number) => `/tags?page=${n}`],
  ['long', (n: number) => `/tags?page=${'0'.repeat(2_000)}${n}`],
])('keeps no %s ones', (_, toUrl) => {
  const { queries, parsed } = countingQueries();
  for (let n = 0; n < 1_500; n += 1) queries.parse(toUrl(n), { page: String(n) });
  queries.parse(toUrl(0), { page: '0' });
  expect(parsed()).toBe(1_501);
});
