import * as dnsPacket from 'dns-packet';
import dns2 from 'dns2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText } from './address.js';
import { CLASS, TYPE } from './codes.js';
import { buildMessage, parseMessage, type Message } from './message.js';
import { Name } from './name.js';
import { ParseError } from './parse-error.js';
import { record, type ResourceRecord } from './record.js';
import { txtOf } from './records/txt.js';

const QUERY: Message = {
  id: 0x1234,
  qr: false,
  opcode: 0,
  aa: false,
  tc: false,
  rd: true,
  ra: false,
  ad: false,
  cd: false,
  rcode: 0,
  questions: [{ name: Name.fromText('web.service.consul')!, type: TYPE.SRV, class: CLASS.IN }],
  answers: [],
  authority: [],
  additional: [],
};

const uint16 = fc.integer({ min: 0, max: 65_535 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const buffer = (maxLength: number) => fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets));

/** Messages with any octets in names and data, or only with those that other libraries can carry. */
function messages(plain: boolean): fc.Arbitrary<Message> {
  const octet = plain
    ? fc.constantFrom('a', 'b', 'Y', 'Z', '0', '9', '-', '_')
    : fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c));
  const label = fc.string({ unit: octet, minLength: 1, maxLength: 20 });
  const name = fc.array(label, { minLength: plain ? 1 : 0, maxLength: 6 }).map((labels) => Name.fromLabels(labels)!);
  const ttl = plain ? fc.integer({ min: 0, max: 2 ** 31 - 1 }) : uint32;
  const target = fc.record({ target: name });
  const soa = {
    mname: name,
    rname: name,
    serial: uint32,
    refresh: uint32,
    retry: uint32,
    expire: uint32,
    minimum: ttl,
  };
  const address = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((o) => ({ address: addressText(o) }));
  const strings = fc.array(
    fc.string({ unit: octet, minLength: 1, maxLength: 255 }).map((s) => Buffer.from(s, 'latin1')),
    { minLength: 1, maxLength: 4 },
  );
  const data = {
    A: address(4),
    AAAA: address(16),
    CNAME: target,
    NS: target,
    PTR: target,
    SOA: fc.record(soa),
    SRV: fc.record({ priority: uint16, weight: uint16, port: uint16, target: name }),
    TXT: fc.record({ strings }),
  };
  const known = Object.entries(data).map(([type, of]) =>
    fc.record({ name, type: fc.constant(type), class: fc.constant(CLASS.IN), ttl, data: of }),
  );
  const opaque = fc.record({
    name,
    type: fc.integer({ min: 1000, max: 65_000 }),
    class: fc.constant(1),
    ttl,
    data: buffer(40),
  });
  const records = fc.array(fc.oneof(...known, opaque) as fc.Arbitrary<ResourceRecord>, { maxLength: 8 });
  const opt = fc.record({
    udpSize: fc.integer({ min: plain ? 512 : 0, max: 65_535 }),
    extendedRcode: fc.integer({ min: 0, max: plain ? 0 : 255 }),
    version: fc.integer({ min: 0, max: plain ? 0 : 255 }),
    dnssecOk: fc.boolean(),
    options: fc.array(fc.record({ code: fc.integer({ min: 100, max: 65_000 }), data: buffer(20) }), { maxLength: 3 }),
  });
  const flags = {
    qr: fc.boolean(),
    aa: fc.boolean(),
    tc: fc.boolean(),
    rd: fc.boolean(),
    ra: fc.boolean(),
    ad: fc.boolean(),
    cd: fc.boolean(),
  };
  const type = plain ? fc.constantFrom(1, 2, 5, 6, 12, 16, 28, 33, 255) : uint16;
  return fc.record(
    {
      ...flags,
      id: uint16,
      opcode: fc.integer({ min: 0, max: plain ? 0 : 15 }),
      rcode: fc.integer({ min: 0, max: plain ? 10 : 15 }),
      questions: fc.array(fc.record({ name, type, class: plain ? fc.constant(1) : uint16 }), { maxLength: 2 }),
      answers: records,
      authority: records,
      additional: records,
      opt,
    },
    {
      requiredKeys: [
        'qr',
        'aa',
        'tc',
        'rd',
        'ra',
        'ad',
        'cd',
        'id',
        'opcode',
        'rcode',
        'questions',
        'answers',
        'authority',
        'additional',
      ],
    },
  ) as fc.Arbitrary<Message>;
}

describe('a message', () => {
  it('is what was built, parsed', () => {
    fc.assert(
      fc.property(messages(false), (message) => {
        expect(parseMessage(buildMessage(message))).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  it('goes through dns-packet and back unchanged', () => {
    fc.assert(
      fc.property(messages(true), (message) => {
        const carried = dnsPacket.encode(dnsPacket.decode(buildMessage(message)));
        expect(parseMessage(carried)).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  it('goes through dns2, which drops EDNS options that it does not know, and back unchanged', () => {
    fc.assert(
      fc.property(messages(true), ({ opt, ...rest }) => {
        const message = opt ? { ...rest, opt: { ...opt, options: [] } } : rest;
        const packet = dns2.Packet.parse(buildMessage(message));
        expect((packet as { errors?: unknown[] }).errors).toEqual([]);
        expect(parseMessage(packet.toBuffer())).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  it('has the octets that RFC 1035 and RFC 6891 say', () => {
    const opt = {
      udpSize: 1232,
      extendedRcode: 0,
      version: 0,
      dnssecOk: true,
      options: [{ code: 3, data: Buffer.from('ab') }],
    };
    expect(buildMessage({ ...QUERY, opt }).toString('hex')).toBe(
      '12340100000100000000000103776562077365727669636506636f6e73756c0000210001' +
        '00002904d000008000000600030002' +
        '6162',
    );
  });

  it('leaves SRV targets uncompressed', () => {
    const [question] = QUERY.questions;
    const srv = record(question!.name, 'SRV', 0, { priority: 1, weight: 1, port: 80, target: question!.name });
    const bytes = buildMessage({ ...QUERY, answers: [srv] });
    expect(bytes.subarray(-20).toString('latin1')).toBe('\x03web\x07service\x06consul\x00');
  });

  it('splits long text into strings of 255 octets', () => {
    expect(txtOf('é'.repeat(200)).strings.map((s) => s.length)).toEqual([255, 145]);
    expect(txtOf('').strings.map((s) => s.length)).toEqual([0]);
  });

  it('of more than 65535 octets is not built', () => {
    const large = { name: Name.root, type: 999, class: 1, ttl: 0, data: Buffer.alloc(40_000) };
    expect(() => buildMessage({ ...QUERY, answers: [large, large] })).toThrow(RangeError);
  });
});

describe('parseMessage', () => {
  const header = (counts: string) => `00050000${counts}`;
  const question = '06636f6e73756c0000060001';
  const opt = '00002904d0000000000000';

  it.each([
    ['nothing', '', 0],
    ['half a header', '000500000001', 6],
    ['a question that is not there', header('0001000000000000'), 12],
    ['65535 questions', header('ffff000000000000') + question, 12],
    ['65535 additional records', header('000100000000ffff') + question, 12],
    ['two OPT records', header('0001000000000002') + question + opt + opt, 35],
    ['an OPT record with an owner', `${header('0001000000000001')}${question}0161${opt}`, 24],
    ['an OPT record among the answers', header('0001000100000000') + question + opt, 24],
    ['an OPT record longer than the message', `${header('0001000000000001')}${question}00002904d0000000000190`, 35],
    [
      'an option longer than its OPT record',
      `${header('0001000000000001')}${question}00002904d0000000000004000300040000`,
      39,
    ],
    ['an address of three octets', `${header('0001000100000000')}${question}c00c0001000100000000000301020300`, 36],
    ['an address of five octets', `${header('0001000100000000')}${question}c00c000100010000000000050102030405`, 40],
    ['text whose string is too long', `${header('0001000100000000')}${question}c00c00100001000000000002056100`, 37],
    ['text without a string', `${header('0001000100000000')}${question}c00c00100001000000000000`, 36],
  ])('refuses %s, and says where', (_, hex, offset) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(() => parseMessage(bytes)).toThrow(ParseError);
    expect(() => parseMessage(bytes)).toThrow(expect.objectContaining({ offset }));
  });

  it('keeps nothing but ParseError for any octets', () => {
    const almost = fc.tuple(
      messages(false),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(),
    );
    const damaged = almost.map(([message, changes, cut]) => {
      const bytes = buildMessage(message);
      for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
      return bytes.subarray(0, bytes.length - (cut % 4));
    });
    fc.assert(
      fc.property(fc.oneof(damaged, buffer(300)), (bytes) => {
        try {
          parseMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
          expect((error as ParseError).offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
