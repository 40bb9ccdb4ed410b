import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { query, queryOctets } from '../../test/queries.js';
import { line } from '../../test/show.js';
import { RCODE } from '../wire/codes.js';
import { parseMessage, type Message } from '../wire/message.js';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { txtOf } from '../wire/records/txt.js';
import type { AnswerKind, AnswerRecord } from './answer.js';
import type { Query } from './query.js';
import { buildBadVersion, buildError, buildNotImplemented, buildReply } from './reply.js';

const OPTIONS = { udpAnswerLimit: 0, enableTruncate: true, serverId: '', cookies: false, idleTimeout: 10_000 };
const OWNER = Name.fromText('web.service.consul')!;
const ZONE = Name.fromText('consul')!;
const SOA = record(ZONE, 'SOA', 0, {
  mname: ZONE,
  rname: ZONE,
  serial: 1,
  refresh: 1,
  retry: 1,
  expire: 1,
  minimum: 0,
});

/** `count` SRV answers, each with an address. */
function srv(count: number): AnswerKind & { kind: 'records' } {
  const answers: AnswerRecord[] = Array.from({ length: count }, (_, i) => {
    const target = Name.fromText(`node-${i}.node.dc1.consul`)!;
    const data = { priority: 1, weight: 1, port: i, target };
    const additional = [record(target, 'A', 0, { address: '10.0.0.1' })];
    return { record: record(OWNER, 'SRV', 0, data), additional };
  });
  return { kind: 'records', answers };
}

/** One TXT answer that makes the reply to a plain query exactly `octets` long. */
function textOf(octets: number): AnswerKind {
  const room = octets - queryOctets(OWNER, 'TXT').length - 12;
  const strings = Math.ceil(room / 256);
  const { data } = { data: txtOf('x'.repeat(room - strings)) };
  return { kind: 'records', answers: [{ record: record(OWNER, 'TXT', 0, data), additional: [] }] };
}

function reply(to: Query, answer: AnswerKind, options = OPTIONS): Message & { readonly size: number } {
  const bytes = buildReply(to, answer, options);
  dnsPacket.decode(bytes);
  return { ...parseMessage(bytes), size: bytes.length };
}

describe('buildReply', () => {
  it('copies ID, RD and the question with its letters, and no other flag', () => {
    const asked = query('WeB.service.Consul', 'SRV', { id: 0xffff, rd: true });
    const { id, rd, aa, ra, ad, cd, tc, qr, questions } = reply(asked, srv(1));
    expect({ id, rd, aa, ra, ad, cd, tc, qr }).toEqual({
      id: 0xffff,
      rd: true,
      aa: true,
      ra: false,
      ad: false,
      cd: false,
      tc: false,
      qr: true,
    });
    expect(questions).toEqual([asked.question]);
  });

  it.each([
    [{ kind: 'no data', soa: SOA }, RCODE.NOERROR, true, 1],
    [{ kind: 'no name', soa: SOA }, RCODE.NXDOMAIN, true, 1],
    [{ kind: 'refused', error: { code: 20, text: 'no' } }, RCODE.REFUSED, false, 0],
    [{ kind: 'not implemented' }, RCODE.NOTIMP, true, 0],
  ] as [AnswerKind, number, boolean, number][])('says %o by rcode %d', (answer, rcode, aa, authority) => {
    const got = reply(query('web.service.consul', 'A'), answer);
    expect([got.rcode, got.aa, got.authority.length, got.opt]).toEqual([rcode, aa, authority, undefined]);
  });

  it('tells an extended error to clients with EDNS', () => {
    const got = reply(query('x.com', 'A', { opt: {} }), { kind: 'refused', error: { code: 20, text: 'no' } });
    expect(got.opt?.options).toEqual([{ code: 15, data: Buffer.from('\0\x14no') }]);
  });

  it('says its own size in OPT, version 0, and DO as it came', () => {
    const opt = { udpSize: 4096, dnssecOk: true, options: [{ code: 100, data: Buffer.from('x') }] };
    expect(reply(query(OWNER, 'SRV', { opt }), srv(1)).opt).toEqual({
      udpSize: 1232,
      extendedRcode: 0,
      version: 0,
      dnssecOk: true,
      options: [],
    });
  });

  it('drops additional records that do not fit, without TC', () => {
    // 36 octets and 9 answers of 42 leave room for 6 addresses of 16.
    const got = reply(query(OWNER, 'SRV'), srv(9));
    expect([got.answers.length, got.additional.length, got.tc, got.size]).toEqual([9, 6, false, 510]);
  });

  it('leaves out a whole set of additional records when one of them does not fit', () => {
    const text = (octets: number) => record(ZONE, 'TXT', 0, txtOf('x'.repeat(octets)));
    const [answer] = srv(1).answers;
    const asked = query(OWNER, 'SRV');
    const shown = (...octets: number[]) => {
      const more = [...octets.map(text), record(OWNER, 'A', 0, { address: '10.0.0.9' })];
      return reply(asked, { kind: 'records', answers: [{ ...answer!, additional: more }] }).additional.map(line);
    };
    expect(shown(100, 120)).toHaveLength(3);
    expect(shown(200, 220)).toEqual(['web.service.consul. 0 A 10.0.0.9']);
  });

  it('cuts whole answers with TC, keeps OPT and drops the rest', () => {
    const got = reply(query(OWNER, 'SRV', { opt: {} }), { ...srv(60), authority: [SOA] });
    expect(got.tc).toBe(true);
    expect(got.size).toBeLessThanOrEqual(1232);
    expect(got.answers.length).toBeGreaterThan(20);
    expect([got.authority.length, got.opt?.version]).toEqual([0, 0]);
  });

  it('sets no TC when told not to', () => {
    expect(reply(query(OWNER, 'SRV'), srv(60), { ...OPTIONS, enableTruncate: false }).tc).toBe(false);
  });

  it.each([
    ['512 octets without EDNS', 512, {}, false],
    ['513 octets without EDNS', 513, {}, true],
    ['512 octets with a size of 0', 501, { opt: { udpSize: 0 } }, false],
    ['513 octets with a size of 0', 502, { opt: { udpSize: 0 } }, true],
    ['524 octets with a size of 524', 513, { opt: { udpSize: 524 } }, false],
    ['525 octets with a size of 524', 514, { opt: { udpSize: 524 } }, true],
    ['1232 octets with a large size', 1221, { opt: { udpSize: 65_535 } }, false],
    ['1233 octets with a large size', 1222, { opt: { udpSize: 65_535 } }, true],
    ['60000 octets over TCP', 60_000, { transport: 'tcp' as const }, false],
  ])('is exact at the border: %s', (_, octets, parts, truncated) => {
    const got = reply(query(OWNER, 'TXT', parts), textOf(octets));
    expect([got.tc, got.answers.length]).toEqual([truncated, truncated ? 0 : 1]);
  });

  it.each([
    [0, 6],
    [1, 1],
    [3, 3],
    [8, 6],
    [100, 6],
  ])('gives clients without EDNS at most %d answers: %d of 6', (udpAnswerLimit, count) => {
    const got = reply(query(OWNER, 'SRV'), srv(6), { ...OPTIONS, udpAnswerLimit });
    expect([got.answers.length, got.additional.length, got.tc]).toEqual([count, count, count < 6]);
    const all = [query(OWNER, 'SRV', { opt: {} }), query(OWNER, 'SRV', { transport: 'tcp' as const })];
    for (const each of all) expect(reply(each, srv(6), { ...OPTIONS, udpAnswerLimit }).answers).toHaveLength(6);
  });

  it('never gives them more than eight', () => {
    expect(reply(query(OWNER, 'SRV'), srv(9), { ...OPTIONS, udpAnswerLimit: 9 }).answers).toHaveLength(8);
  });

  it('leaves out answers beyond a limit by choice without TC, and their additional records', () => {
    const got = reply(query(OWNER, 'SRV'), { ...srv(6), limit: 2 });
    expect([got.answers.length, got.additional.length, got.tc]).toEqual([2, 2, false]);
    expect(reply(query(OWNER, 'SRV'), { ...srv(60), limit: 50 }).tc).toBe(true);
  });

  it('sends each additional record once', () => {
    const [first] = srv(1).answers;
    const twice: AnswerKind = { kind: 'records', answers: [first!, first!] };
    expect(reply(query(OWNER, 'SRV'), twice).additional.map(line)).toEqual(['node-0.node.dc1.consul. 0 A 10.0.0.1']);
  });

  it('fits 65535 octets over TCP, with TC when it must cut', () => {
    const got = reply(query(OWNER, 'SRV', { transport: 'tcp' }), srv(5_000));
    expect(got.size).toBeLessThanOrEqual(65_535);
    expect([got.tc, got.answers.length > 1_000]).toEqual([true, true]);
  });

  it('keeps the limit, whatever it is given', () => {
    const owners = fc.constantFrom(OWNER, ZONE, Name.fromText('a.b.c.d.consul')!);
    const records = fc
      .tuple(owners, fc.string({ maxLength: 300 }))
      .map(([name, text]) => record(name, 'TXT', 0, txtOf(text)));
    const answers = fc.array(
      fc.record({ record: records, additional: fc.array<ResourceRecord>(records, { maxLength: 3 }) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(answers, fc.option(fc.integer({ min: 0, max: 65_535 })), (list, size) => {
        const asked = query(OWNER, 'TXT', size === null ? {} : { opt: { udpSize: size } });
        const got = reply(asked, { kind: 'records', answers: list });
        expect(got.size).toBeLessThanOrEqual(size === null ? 512 : Math.min(1232, Math.max(512, size)));
        expect(got.tc).toBe(got.answers.length < list.length);
        expect(got.opt === undefined).toBe(size === null);
      }),
    );
  });
});

describe('error replies', () => {
  it('say BADVERS with version 0 and nothing else', () => {
    const asked = query(OWNER, 'SRV', { opt: { version: 1, options: [{ code: 100, data: Buffer.from('') }] } });
    const got = parseMessage(buildBadVersion({ ...asked, opt: asked.opt! }, OPTIONS));
    expect(got).toMatchObject({ rcode: 0, aa: false, answers: [], authority: [], additional: [] });
    expect(got.opt).toMatchObject({ extendedRcode: 1, version: 0, options: [] });
  });

  it.each([
    [
      'a question that parses',
      '12347900 0001 0000 0000 0000 0161 00 0001 0001',
      '1234f901 0001 0000 0000 0000 0161000001 0001',
    ],
    ['a question that does not', '12340100 0001 0000 0000 0000 c00c 0001 0001', '12348101 0000 0000 0000 0000'],
    ['two questions', '12340000 0002 0000 0000 0000 00 0001 0001 00 0001 0001', '12348001 0000 0000 0000 0000'],
    [
      'garbage behind the question',
      '123406f0 0001 ffff ffff ffff 00 0001 0001 ee',
      '12348001 0001 0000 0000 0000 00 0001 0001',
    ],
    ['a header alone', '000000000000000000000000', '000080010000000000000000'],
    [
      'an OPT record that parses',
      '12340000 0001 0000 0000 0001 00 0001 0001 00 0029 1000 00008000 0005 000a 0001 ff',
      '12348001 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00008000 0000',
    ],
    [
      'no OPT record that does not',
      '12340000 0001 0000 0000 0001 00 0001 0001 00 0029 1000 00000000 0005 000a 0002 ff',
      '12348001 0001 0000 0000 0000 00 0001 0001',
    ],
  ])('echo %s from a bad query', (_, bytes, expected) => {
    const got = buildError(Buffer.from(bytes.replaceAll(' ', ''), 'hex'), RCODE.FORMERR);
    expect(got.toString('hex')).toBe(expected.replaceAll(' ', ''));
  });

  it('answer other operations by a bare header, with no flag of the query', () => {
    const bytes = Buffer.from('12347ff0000100000000000000000010001'.padEnd(36, '0'), 'hex');
    expect(buildNotImplemented(bytes).toString('hex')).toBe('1234f8040000000000000000');
  });
});
