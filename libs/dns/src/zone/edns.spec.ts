import { describe, expect, it } from 'vitest';
import { OPTION } from '../wire/codes.js';
import type { Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import { replyOptions, udpLimit } from './edns.js';

function opt(...options: [code: number, hex: string][]): Opt {
  const list = options.map(([code, hex]) => ({ code, data: Buffer.from(hex, 'hex') }));
  return { udpSize: 1232, extendedRcode: 0, version: 0, dnssecOk: false, options: list };
}

function shown(query: Opt, serverId = ''): string[] {
  return replyOptions(query, serverId, undefined).map(({ code, data }) => `${code} ${data.toString('hex')}`);
}

describe('replyOptions', () => {
  it.each([
    ['IPv4 /24', '00011800c00002', '8 00011800c00002'],
    ['IPv4 /21 with a scope that a query should not have', '00011508c00008', '8 00011500c00008'],
    ['IPv6 /56', '0002380020010db8000100', '8 0002380020010db8000100'],
    ['nothing at all', '00000000', '8 00000000'],
    ['IPv4 /0', '00010000', '8 00010000'],
  ])('echoes the subnet of %s with scope 0', (_, sent, echoed) => {
    expect(shown(opt([OPTION.CLIENT_SUBNET, sent]))).toEqual([echoed]);
  });

  it.each([
    ['cut off', '000118'],
    ['longer than the family', '0001210001020304'],
    ['too few octets', '00011800c000'],
    ['too many octets', '00011800c0000201'],
    ['host bits', '00011500c00001'],
    ['unknown family', '00031800c00002'],
  ])('refuses a subnet that is %s', (_, sent) => {
    expect(() => shown(opt([OPTION.CLIENT_SUBNET, sent]))).toThrow(ParseError);
  });

  it('tells the server identity only when asked and configured', () => {
    expect(shown(opt([OPTION.NSID, '']), 'ns-1')).toEqual(['3 6e732d31']);
    expect(shown(opt([OPTION.NSID, '']))).toEqual([]);
    expect(shown(opt(), 'ns-1')).toEqual([]);
  });

  it('adds an extended error, and echoes nothing that it does not know', () => {
    const options = replyOptions(opt([100, 'aa'], [10, '0102030405060708']), '', { code: 20, text: 'no' });
    expect(options).toEqual([{ code: OPTION.EXTENDED_ERROR, data: Buffer.from('00146e6f', 'hex') }]);
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
