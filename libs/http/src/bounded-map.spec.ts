import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.js';

const CAPACITY = 3;
const KEYS = ['a', 'b', 'c', 'd', 'e'];

describe('BoundedMap', () => {
  it('holds what was set last, and no more than its capacity', () => {
    const steps = fc.array(fc.record({ act: fc.constantFrom('set', 'set', 'delete'), key: fc.constantFrom(...KEYS) }));
    fc.assert(
      fc.property(steps, (row) => {
        const map = new BoundedMap<number>(CAPACITY);
        let expected: [key: string, value: number][] = [];
        row.forEach(({ act, key }, i) => {
          expected = expected.filter(([name]) => name !== key);
          if (act === 'delete') return map.delete(key);
          map.set(key, i);
          expected = [...expected, [key, i] satisfies [string, number]].slice(-CAPACITY);
        });
        expect(KEYS.map((key) => map.get(key))).toEqual(KEYS.map((key) => new Map(expected).get(key)));
      }),
    );
  });
});
