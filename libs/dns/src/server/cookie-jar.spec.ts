import { describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { CookieJar } from './cookie-jar.js';
import { SipHash } from './siphash.js';

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf';

describe('CookieJar', () => {
  // RFC 9018 appendix A.1, A.2 and A.4.
  it.each([
    [SECRET, '2464c4abcf10c957', 0x5cf79f11, '198.51.100.100', '010000005cf79f111f8130c3eee29480'],
    [SECRET, '2464c4abcf10c957', 0x5cf7a871, '198.51.100.100', '010000005cf7a871d4a564a1442aca77'],
    [SECRET, 'fc93fc62807ddb86', 0x5cf7a9ac, '203.0.113.203', '010000005cf7a9acf73a7810aca2381e'],
    [
      '445536bcd2513298075a5d379663c962',
      '22681ab97d52c298',
      0x5cf7c609,
      '2001:db8:220:1:59de:d0f4:8769:82b8',
      '010000005cf7c609a6bb79d16625507a',
    ],
  ])('with secret %s answers %s at %i from %s with %s', (secret, client, seconds, address, server) => {
    const jar = new CookieJar(new FakeClock(seconds * 1_000), Buffer.from(secret, 'hex'));
    const reply = Buffer.alloc(26);
    jar.write(Buffer.from(`ffff${client}`, 'hex'), 2, reply, 2, address);
    expect(reply.toString('hex')).toBe(`0000${client}${server}`);
  });
});

describe('SipHash', () => {
  // The reference implementation's vectors: key 00..0f, input 00.. of each length.
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
    [63, '724506eb4c328a95'],
  ])('of %i octets is that of the reference implementation', (length, hash) => {
    const out = Buffer.alloc(8);
    const input = Buffer.from(Array.from({ length }, (_, i) => i));
    new SipHash(Buffer.from(Array.from({ length: 16 }, (_, i) => i))).write(input, 0, length, out, 0);
    expect(out.toString('hex')).toBe(hash);
  });
});
