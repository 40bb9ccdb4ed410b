import { describe, expect, it } from 'vitest';
import { OPTION } from '../wire/codes.js';
import type { Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import { query } from '../../test/queries.js';
import type { ExtendedError } from './answer.js';
import { replyOptions, udpLimit, type OptionSettings } from './edns.js';
import type { Transport } from './query.js';

function opt(...options: [code: number, hex: string][]): Opt {
  const list = options.map(([code, hex]) => ({ code, data: Buffer.from(hex, 'hex') }));
  return { udpSize: 1232, extendedRcode: 0, version: 0, dnssecOk: false, options: list };
}

function options(
  sent: Opt,
  settings: Partial<OptionSettings> = {},
  transport: Transport = 'udp',
  error?: ExtendedError,
) {
  const asked = query('consul', 'SOA', { transport });
  const all = { serverId: '', cookies: false, idleTimeout: 10_000, ...settings };
  return replyOptions({ ...asked, opt: sent }, all, error).map(({ code, data }) => `${code} ${data.toString('hex')}`);
}

describe('replyOptions', () => {
  it.each([
    ['IPv4 /24', '00011800c00002', '8 00011800c00002'],
    ['IPv4 /21 with a scope that a query should not have', '00011508c00008', '8 00011500c00008'],
    ['IPv6 /56', '0002380020010db8000100', '8 0002380020010db8000100'],
    ['nothing at all', '00000000', '8 00000000'],
    ['IPv4 /0', '00010000', '8 00010000'],
  ])('echoes the subnet of %s with scope 0', (_, sent, echoed) => {
    expect(options(opt([OPTION.CLIENT_SUBNET, sent]))).toEqual([echoed]);
  });

  it.each([
    ['cut off', '000118'],
    ['longer than the family', '0001210001020304'],
    ['too few octets', '00011800c000'],
    ['too many octets', '00011800c0000201'],
    ['host bits', '00011500c00001'],
    ['unknown family', '00031800c00002'],
  ])('refuses a subnet that is %s', (_, sent) => {
    expect(() => options(opt([OPTION.CLIENT_SUBNET, sent]))).toThrow(ParseError);
  });

  it('tells the server identity only when asked and configured', () => {
    expect(options(opt([OPTION.NSID, '']), { serverId: 'ns-1' })).toEqual(['3 6e732d31']);
    expect(options(opt([OPTION.NSID, '']))).toEqual([]);
    expect(options(opt(), { serverId: 'ns-1' })).toEqual([]);
  });

  it('adds an extended error, and echoes nothing that it does not know', () => {
    const sent = opt([100, 'aa'], [OPTION.COOKIE, '0102030405060708'], [OPTION.TCP_KEEPALIVE, '']);
    expect(options(sent, {}, 'udp', { code: 20, text: 'no' })).toEqual(['15 00146e6f']);
  });

  it('tells in tenths of a second how long an idle connection is kept, over TCP and when asked', () => {
    const sent = opt([OPTION.TCP_KEEPALIVE, '']);
    expect(options(sent, { idleTimeout: 10_000 }, 'tcp')).toEqual(['11 0064']);
    expect(options(sent, { idleTimeout: 10_000 }, 'udp')).toEqual([]);
    expect(options(opt(), { idleTimeout: 10_000 }, 'tcp')).toEqual([]);
  });

  it('answers an option once, the first of it, however often it came', () => {
    const sent = opt(
      ...Array.from({ length: 300 }, (_, i): [number, string] => [
        OPTION.CLIENT_SUBNET,
        i === 0 ? '00010800' + '0a' : '00011000c000',
      ]),
      ...Array.from({ length: 100 }, (): [number, string] => [OPTION.NSID, '']),
      ...Array.from({ length: 100 }, (): [number, string] => [OPTION.TCP_KEEPALIVE, '']),
    );
    expect(options(sent, { serverId: 'a' }, 'tcp')).toEqual(['8 000108000a', '3 61', '11 0064']);
  });

  it('leaves room for one cookie as the last option', () => {
    const sent = opt([OPTION.COOKIE, '0102030405060708'], [OPTION.COOKIE, '00'], [OPTION.NSID, '']);
    expect(options(sent, { cookies: true, serverId: 'a' })).toEqual(['3 61', `10 ${'00'.repeat(24)}`]);
  });

  it.each(['', '01020304050607', '010203040506070809', `${'00'.repeat(41)}`])('refuses the cookie %s', (cookie) => {
    const sent = opt([OPTION.COOKIE, cookie]);
    expect(() => options(sent, { cookies: true })).toThrow(ParseError);
    expect(options(sent, { cookies: false })).toEqual([]);
  });
});

it.each([
  [0, 512],
  [511, 512],
  [513, 513],
  [1232, 1232],
  [65_535, 1232],
])('bounds a client size of %d to %d', (size, limit) => {
  expect(udpLimit(size)).toBe(limit);
});
