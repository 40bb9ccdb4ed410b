import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOctets, addressText, unmapped } from './address.js';

describe('addressOctets', () => {
  it.each([
    ['10.1.2.255', '0a0102ff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['2001:DB8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('reads %s', (text, hex) => {
    expect(addressOctets(text)?.toString('hex')).toBe(hex);
  });

  it.each(['', 'db.example.com', '10.1.2', '10.1.2.256', '1:2', '::1::', 'fe80::1%eth0', '[::1]'])(
    'refuses %j',
    (text) => {
      expect(addressOctets(text)).toBeUndefined();
    },
  );
});

describe('addressText', () => {
  // The examples of RFC 5952 section 4.
  it.each([
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['00000000000000000000000000000000', '::'],
    ['0a0102ff', '10.1.2.255'],
  ])('writes %s', (hex, text) => {
    expect(addressText(Buffer.from(hex, 'hex'))).toBe(text);
  });

  it.each([
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::FFFF:a01:203', '10.1.2.3'],
    ['0:0:0:0:0000:ffff:0a01:0203', '10.1.2.3'],
    ['::ffff:0:10.1.2.3', '::ffff:0:10.1.2.3'],
    ['0:0:0:0:ffff::1', '0:0:0:0:ffff::1'],
    ['::ffff:10.1.2.3%eth0', '::ffff:10.1.2.3%eth0'],
    ['2001:db8::ffff:1', '2001:db8::ffff:1'],
    ['10.1.2.3', '10.1.2.3'],
    [':ffff:', ':ffff:'],
  ])('unmaps %s to %s', (text, unmappedText) => {
    expect(unmapped(text)).toBe(unmappedText);
  });

  it('is the inverse of addressOctets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        const text = addressText(octets);
        expect(isIPv6(text)).toBe(true);
        expect(addressOctets(text)).toEqual(Buffer.from(octets));
      }),
    );
  });
});
