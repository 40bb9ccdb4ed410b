import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Histogram } from './histogram.js';

it('puts each value into the first bucket whose bound it does not exceed', () => {
  const bounds = [-1, 0, 2.5];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...bounds), fc.double({ noNaN: true, min: -5, max: 5 }))),
      (values) => {
        const buckets = new Histogram(bounds);
        for (const value of values) buckets.add(value);
        const within = (low: number, high: number) => values.filter((value) => value > low && value <= high).length;
        expect(buckets.counts).toEqual([within(-Infinity, -1), within(-1, 0), within(0, 2.5), within(2.5, Infinity)]);
        expect(buckets.sum).toBe(values.reduce((sum, value) => sum + value, 0));
      },
    ),
  );
});
