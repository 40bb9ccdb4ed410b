import { expect, it } from 'vitest';
import { Ending } from './ending.js';

it('writes plain values into the text, in order, and commits', () => {
  const ending = new Ending();
  expect(ending.toText()).toBe('COMMIT');
  ending.atEnd('INSERT INTO a (b, c) VALUES (?, ?)', [7, '1a_2b 2b_3c']);
  ending.atEnd('UPDATE d SET e = 1 WHERE f = ?', ['name-1']);
  expect(String(ending)).toBe('INSERT INTO a (b, c) VALUES (?, ?); UPDATE d SET e = 1 WHERE f = ?; COMMIT');
  expect(ending.toText()).toBe(
    "INSERT INTO a (b, c) VALUES (7, '1a_2b 2b_3c'); UPDATE d SET e = 1 WHERE f = 'name-1'; COMMIT",
  );
});

it.each([["'"], ['\\'], ['é'], ['a;b'], [1.5], [Number.NaN], ['?'], ['\n'], ['a\n'], [undefined]])(
  'refuses %j',
  (value) => {
    expect(() => new Ending().atEnd('SELECT ?', [value as string])).toThrow('not plain');
  },
);
