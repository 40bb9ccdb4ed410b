import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.js';

it('gives the octets in the order in which they came, however they were cut', () => {
  const steps = fc.array(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat({ max: 60 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new ByteQueue();
      let expected = Buffer.alloc(0);
      for (const step of list) {
        if (typeof step === 'number') {
          const count = Math.min(step, expected.length);
          queue.consume(count);
          expected = expected.subarray(count);
        } else {
          queue.append(Buffer.from(step));
          expected = Buffer.concat([expected, step]);
        }
        expect(queue.length).toBe(expected.length);
        expect(queue.bytes.subarray(0, queue.length)).toEqual(expected);
      }
    }),
  );
});
