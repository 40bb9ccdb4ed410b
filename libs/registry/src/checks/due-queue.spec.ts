import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue, type Due } from './due-queue.js';

/** Takes everything out, in order. */
function drain(queue: DueQueue<Due>): number[] {
  const dues = [];
  for (let first = queue.first; first; first = queue.first) {
    dues.push(first.due);
    queue.remove(first);
  }
  return dues;
}

describe('DueQueue', () => {
  it('gives what is left in it in the order in which it falls due', () => {
    const item = fc.record({ due: fc.integer({ min: 0, max: 50 }), goes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item), (given) => {
        const queue = new DueQueue<Due>();
        const items = given.map(({ due, goes }) => ({ due, goes, place: -1 }));
        for (const one of items) queue.add(one, one.due);
        for (const one of items) if (one.goes) queue.remove(one);
        const left = items.filter(({ goes }) => !goes).map(({ due }) => due);
        expect(drain(queue)).toEqual(left.sort((a, b) => a - b));
        expect(items.every(({ place }) => place === -1)).toBe(true);
      }),
    );
  });

  it('takes out nothing when asked for what is not in it', () => {
    const queue = new DueQueue<Due>();
    queue.add({ due: 0, place: -1 }, 5);
    queue.remove({ due: 5, place: -1 });
    expect(drain(queue)).toEqual([5]);
  });
});
