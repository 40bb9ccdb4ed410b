import { expect, it } from 'vitest';
import { difference } from './expectation.js';

it.each([
  ['equal values', { a: [1, 'x'] }, { a: [1, 'x'], more: true }, undefined],
  ['another value', { a: 1 }, { a: 2 }, 'a: expected 1, got 2'],
  ['another order', ['a', 'b'], ['b', 'a'], '[0]: expected "a", got "b"'],
  ['any order', { $set: [{ a: 1 }, { a: 2 }] }, [{ a: 2 }, { a: 1, b: 3 }], undefined],
  ['any order, one missing', { $set: ['a', 'b'] }, ['b', 'b'], 'it: none like "a" in ["b","b"]'],
  ['no further keys', { $exact: true, a: 1 }, { a: 1, b: 2, c: 3 }, 'it: unexpected keys b, c'],
  ['a number within bounds', { $more: 1, $less: 3 }, '2', undefined],
  ['a number out of bounds', { $more: 2 }, '2', 'it: expected {"$more":2}, got "2"'],
  ['an object in the place of null', { edns: null }, { edns: {} }, 'edns: expected null, got {}'],
  ['anything', { a: '*' }, { a: null }, undefined],
  ['anything, missing', { a: '*' }, {}, 'a is missing'],
  ['one of several', { $any: ['x', ['y']] }, ['y'], undefined],
  ['none of several', { $any: ['x'] }, 'y', 'it: expected {"$any":["x"]}, got "y"'],
  ['so many out of', { $count: 2, $from: ['a', 'b', 'c'] }, ['c', 'a'], undefined],
  [
    'so many, one from elsewhere',
    { $count: 1, $from: ['a'] },
    ['x'],
    'it: expected {"$count":1,"$from":["a"]}, got ["x"]',
  ],
  ['too few', { $count: 1 }, [], 'it: expected {"$count":1}, got []'],
  ['a pattern', { size: { $match: '^12$' } }, { size: 12 }, undefined],
  ['no match', { size: { $match: '^12$' } }, { size: 123 }, 'size: expected {"$match":"^12$"}, got 123'],
])('judges %s', (_, expected, got, found) => {
  expect(difference(expected, got)).toBe(found);
});
