import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './network.js';

describe('networkOf', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2345::1', '2001:db8:1:2300::/56'],
    ['2001:db8:1:23ff:6:7:8:9', '2001:db8:1:2300::/56'],
    ['2001:0DB8:0001:2300::', '2001:db8:1:2300::/56'],
    ['2001:db8:1:2400::1', '2001:db8:1:2400::/56'],
    ['1::2:3:4:5:6.7.8.9', '1:0:2:0::/56'],
    ['::1', '0:0:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['unix', 'unix'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is the same for all spellings of an IPv6 address, and for those that share its first 56 bits', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(
        fc.tuple(group, group, group, group),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (head, tail) => {
          const spell = (last: number, base: number[]) =>
            [...head.slice(0, 3), last, ...base].map((part) => part.toString(16).padStart(4, '0')).join(':');
          const network = networkOf(spell(head[3], tail));
          expect(networkOf(spell((head[3] & 0xff00) | 0x5a, [0, 0, 0, 1]))).toBe(network);
          expect(networkOf(spell(head[3] ^ 0x0100, tail))).not.toBe(network);
        },
      ),
    );
  });
});
