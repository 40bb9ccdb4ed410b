import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientOf, networksOf } from './networks.js';

describe('networksOf', () => {
  const includes = networksOf(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);

  it.each(['10.0.0.0', '10.255.255.255', '192.0.2.7', '2001:db8:ffff::1', '::1', '::ffff:10.1.2.3'])(
    'includes %s',
    (address) => {
      expect(includes(address)).toBe(true);
    },
  );

  it.each(['11.0.0.0', '192.0.2.8', '2001:db9::', '::2', '::ffff:11.0.0.1', ''])('leaves out %s', (address) => {
    expect(includes(address)).toBe(false);
  });
});

describe('clientOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('takes %s for %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });

  it('tells IPv6 addresses apart by their first 64 bits alone', () => {
    const half = fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 4, maxLength: 4 });
    const text = (groups: number[]) => groups.map((group) => group.toString(16)).join(':');
    fc.assert(
      fc.property(half, half, half, (net, a, b) => {
        expect(clientOf(`${text(net)}:${text(a)}`)).toBe(clientOf(`${text(net)}:${text(b)}`));
        expect(clientOf(`${text(net)}:${text(a)}`)).toBe(text(net));
      }),
    );
  });
});
