import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EntryRing, WORD } from './entry-ring.js';

it('keeps the newest entries as they were written, and tells of each other one once, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 300 }), (sizes) => {
      const evicted: number[] = [];
      const alive: { entry: number; size: number; mark: number }[] = [];
      const ring = new EntryRing(64 * WORD, (entry) => evicted.push(entry));
      for (const [mark, size] of sizes.entries()) {
        const entry = ring.take(size);
        const gone = alive.splice(0, evicted.length).map((each) => each.entry);
        expect(evicted.splice(0)).toEqual(gone);
        ring.words.fill(mark, entry + 1, entry + size);
        alive.push({ entry, size, mark });
        for (const each of alive) {
          const content = [...ring.words.subarray(each.entry, each.entry + each.size)];
          expect(content).toEqual([each.size, ...Array.from({ length: each.size - 1 }, () => each.mark)]);
        }
        expect(alive.every((each) => each.entry > 0)).toBe(true);
        expect(ring.used).toBeGreaterThanOrEqual(alive.reduce((sum, each) => sum + each.size, 0) * WORD);
        expect(ring.used).toBeLessThan(64 * WORD);
      }
      // Half of the ring at least is in use once it has come round.
      if (sizes.reduce((sum, size) => sum + size, 0) > 64) expect(ring.used).toBeGreaterThanOrEqual(24 * WORD);
    }),
    { numRuns: 300 },
  );
});
