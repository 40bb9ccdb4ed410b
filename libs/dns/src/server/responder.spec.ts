import { describe, expect, it } from 'vitest';
import { queryOctets } from '../../test/queries.js';
import { startResponder } from '../../test/responder.js';
import { OPTION, RCODE } from '../wire/codes.js';
import { parseMessage } from '../wire/message.js';
import { EXTENDED_ERROR } from '../zone/answer.js';

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

const QUESTION = '03776562 0773657276696365 06636f6e73756c 00 0001 0001'; // web.service.consul A

describe('a query', () => {
  it.each([
    ['nothing', ''],
    ['eleven octets', '00'.repeat(11)],
    ['a reply', `0001 8000 0001 0000 0000 0000 ${QUESTION}`],
    ['a reply of another operation', '0001 f800 0000 0000 0000 0000'],
  ])('that is %s gets no reply', (_, octets) => {
    expect(startResponder().respond(hex(octets), 'udp')).toBeUndefined();
  });

  it.each([
    ['opcode 2', `0001 1000 0001 0000 0000 0000 ${QUESTION}`, RCODE.NOTIMP],
    ['UPDATE', `0001 2800 0001 0000 0000 0000 ${QUESTION}`, RCODE.NOTIMP],
    ['no question', '0001 0000 0000 0000 0000 0000', RCODE.FORMERR],
    ['two questions', `0001 0000 0002 0000 0000 0000 ${QUESTION}${QUESTION}`, RCODE.FORMERR],
    ['a question cut off', `0001 0000 0001 0000 0000 0000 ${QUESTION.slice(0, -5)}`, RCODE.FORMERR],
    ['an answer', `0001 0000 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 00000000 0004 01020304`, RCODE.FORMERR],
    [
      'an additional record',
      `0001 0000 0001 0000 0000 0001 ${QUESTION} c00c 0001 0001 00000000 0004 01020304`,
      RCODE.FORMERR,
    ],
    [
      'a bad client subnet',
      `0001 0000 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 0005 0008 0001 00`,
      RCODE.FORMERR,
    ],
    ['octets behind it', `0001 0000 0001 0000 0000 0000 ${QUESTION} eeeeee`, RCODE.NXDOMAIN],
    ['TC, RA, Z, AD and CD', `0001 02f0 0001 0000 0000 0000 ${QUESTION}`, RCODE.NXDOMAIN],
    ['a response code', `0001 0005 0001 0000 0000 0000 ${QUESTION}`, RCODE.NXDOMAIN],
  ])('with %s is answered, the second time too', (_, octets, rcode) => {
    const { respond } = startResponder();
    for (const transport of ['udp', 'tcp', 'udp'] as const) {
      const reply = respond(hex(octets), transport)!;
      expect(reply[3]! & 15).toBe(rcode);
      expect(reply[2]! & 0x82).toBe(0x80); // QR, no TC
      expect(reply[3]! & 0xf0).toBe(0); // no RA, Z, AD, CD
    }
  });

  it('of EDNS version 1 is told the version between others of version 0', () => {
    const { respond } = startResponder();
    const codes = [0, 1, 0].map((version) => {
      const { rcode, opt } = parseMessage(respond(queryOctets('consul', 'SOA', { opt: { version } }), 'udp')!);
      return (opt!.extendedRcode << 4) | rcode;
    });
    expect(codes).toEqual([0, RCODE.BADVERS, 0]);
  });
});

describe('a failure inside', () => {
  it('is SERVFAIL, and one line a second', async () => {
    const { respond, directory, log, clock } = startResponder();
    directory.instances = () => {
      throw new TypeError('a mistake');
    };
    const query = queryOctets('web.service.consul', 'A', { id: 7, rd: true });
    for (let i = 0; i < 3; i++) {
      const reply = parseMessage(respond(query, 'udp')!);
      expect(reply).toMatchObject({ id: 7, rd: true, aa: false, rcode: RCODE.SERVFAIL });
      expect(reply.questions).toHaveLength(1);
    }
    expect(log.lines).toEqual(['a DNS query could not be answered']);
    await clock.advance(1_000);
    respond(query, 'udp');
    expect(log.lines).toHaveLength(2);
  });
});

describe('a cookie', () => {
  const cookieOf = (reply: Buffer) => parseMessage(reply).opt!.options.find(({ code }) => code === OPTION.COOKIE)?.data;
  const asking = (cookie: string, more: [number, string][] = []) => {
    const options = [[OPTION.COOKIE, cookie] as const, ...more];
    return queryOctets('web.service.consul', 'A', {
      opt: { options: options.map(([code, octets]) => ({ code, data: hex(octets) })) },
    });
  };
  const CLIENT = '0102030405060708';

  it('comes back with one for the client and its address, the same from the cache and not', () => {
    const { respond, directory, clock } = startResponder();
    directory.put('web', {});
    const of = (address: string, cookie = CLIENT, more: [number, string][] = []) =>
      cookieOf(respond(asking(cookie, more), 'udp', address)!)!.toString('hex');
    const first = of('192.0.2.1');
    const seconds = (clock.now() / 1000).toString(16).padStart(8, '0');
    expect(first).toMatch(new RegExp(`^${CLIENT}01000000${seconds}[0-9a-f]{16}$`));
    expect(of('192.0.2.1')).toBe(first);
    expect(of('192.0.2.1', first)).toBe(first);
    expect(of('192.0.2.1', CLIENT, [[OPTION.COOKIE, 'ff'.repeat(8)]])).toBe(first);
    expect(of('192.0.2.1', CLIENT, [[OPTION.NSID, '']])).toBe(first); // such a query is not cached
    expect(of('192.0.2.2')).not.toBe(first);
    expect(of('2001:db8::1')).not.toBe(of('2001:db8::2'));
    expect(of('192.0.2.1', 'ff'.repeat(8))).not.toBe(first);
  });

  it('is no part of replies to queries without one, and does not change the rest', () => {
    const { respond, directory } = startResponder();
    directory.put('web', {});
    const plain = queryOctets('web.service.consul', 'A', { opt: {} });
    const { opt: _, ...without } = parseMessage(respond(plain, 'udp')!);
    for (let i = 0; i < 2; i++) {
      const { opt, ...rest } = parseMessage(respond(asking(CLIENT), 'udp')!);
      expect(rest).toEqual(without);
      expect(opt!.options).toHaveLength(1);
      expect(cookieOf(respond(plain, 'udp')!)).toBeUndefined();
    }
  });

  it('leaves a cut reply within its size', () => {
    const { respond, directory } = startResponder();
    directory.put('web', ...Array.from({ length: 90 }, (_, i) => ({ address: `10.0.0.${i}` })));
    for (let i = 0; i < 3; i++) {
      const reply = respond(asking(CLIENT), 'udp')!;
      expect(reply.length).toBeLessThanOrEqual(1_232);
      expect(parseMessage(reply)).toMatchObject({ tc: true, opt: { options: [{ code: OPTION.COOKIE }] } });
    }
  });

  it.each(['', '00', '0102030405060708ff', 'ff'.repeat(15), 'ff'.repeat(41)])(
    'of the wrong length (%s) is FORMERR',
    (cookie) => {
      const { respond } = startResponder();
      expect(respond(asking(cookie), 'udp')![3]! & 15).toBe(RCODE.FORMERR);
    },
  );

  it('alone, without a question, is answered with one', () => {
    const { respond } = startResponder();
    const reply = respond(hex(`0001 0000 0000 0000 0000 0001 00 0029 04d0 00000000 000c 000a 0008 ${CLIENT}`), 'udp')!;
    expect(parseMessage(reply)).toMatchObject({ id: 1, rcode: 0, questions: [], answers: [], authority: [] });
    expect(cookieOf(reply)).toHaveLength(24);
  });

  it('is ignored when the server makes none', () => {
    const { respond } = startResponder({}, undefined, { cookies: false });
    for (const cookie of [CLIENT, '00']) {
      const { rcode, opt } = parseMessage(respond(asking(cookie), 'udp')!);
      expect([rcode, opt!.options]).toEqual([RCODE.NXDOMAIN, []]);
    }
  });
});

describe('a client', () => {
  it('from elsewhere than the allowed networks is refused, whatever others were answered', () => {
    const { respond, directory } = startResponder({}, undefined, {
      allowFrom: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'],
    });
    directory.put('web', {});
    const ask = (client: string) => {
      const { rcode, aa, answers, opt } = parseMessage(
        respond(queryOctets('web.service.consul', 'A', { opt: {} }), 'udp', client)!,
      );
      return [rcode, aa, answers.length, ...opt!.options.map(({ data }) => data.readUInt16BE(0))].join();
    };
    const answered = `${RCODE.NOERROR},true,1`;
    const refused = `${RCODE.REFUSED},false,0,${EXTENDED_ERROR.PROHIBITED}`;
    expect(['10.255.0.1', '2001:db8::9', '192.0.2.7', '::ffff:10.1.2.3'].map(ask)).toEqual(Array(4).fill(answered));
    expect(['11.0.0.1', '2001:db9::1', '192.0.2.8', '::ffff:11.1.2.3'].map(ask)).toEqual(Array(4).fill(refused));
  });

  it('with a malformed query is told so wherever it is', () => {
    const { respond } = startResponder({}, undefined, { allowFrom: ['10.0.0.0/8'] });
    expect(respond(hex('0001 0000 0000 0000 0000 0000'), 'udp', '11.0.0.1')![3]! & 15).toBe(RCODE.FORMERR);
  });
});

describe('answers that may be out of date', () => {
  it('say so, until they are not', () => {
    const { respond, directory, counters } = startResponder();
    directory.put('web', {});
    const codes = () =>
      ['web.service.consul', 'no.service.consul', 'service.consul', 'example.com'].map((name) => {
        const { opt } = parseMessage(respond(queryOctets(name, 'A', { opt: {} }), 'udp')!);
        return opt!.options.map(({ data }) => data.readUInt16BE(0)).join();
      });
    expect(codes()).toEqual(['', '', '', '20']);
    directory.stale = true;
    directory.tell({ everything: true });
    expect(codes()).toEqual(['3', '19', '3', '20']);
    expect(codes()).toEqual(['3', '19', '3', '20']);
    directory.stale = false;
    directory.tell({ everything: true });
    expect(codes()).toEqual(['', '', '', '20']);
    expect(counters.stale).toBe(8);
  });
});

describe('counters', () => {
  it('tell what came and what went, by way, type and code', () => {
    const { respond, directory, counters, cache } = startResponder();
    directory.put('web', {});
    const ask = (type: 'A' | 'SRV' | number, transport: 'udp' | 'tcp', client: string, more = {}) =>
      respond(queryOctets('web.service.consul', type, more), transport, client);
    for (let i = 0; i < 3; i++) ask('SRV', 'udp', '10.0.0.1');
    ask('A', 'udp', '::1', { opt: { dnssecOk: true } });
    ask(15, 'tcp', '10.0.0.1');
    ask(65_280, 'tcp', '10.0.0.1', { opt: { version: 1 } });
    respond(queryOctets('example.com', 'A'), 'tcp', '10.0.0.1');
    respond(hex('00'), 'udp');
    respond(hex(`0001 8000 0001 0000 0000 0000 ${QUESTION}`), 'udp');
    const { channels, ...rest } = counters.read(cache.counters, { connections: 0, rejected: 0 });
    const brief = channels.map(({ transport, family, requests, responses, dnssecOk, dropped }) => ({
      by: `${transport}${family}`,
      requests,
      responses,
      dnssecOk,
      dropped: `${dropped.short} ${dropped.reply}`,
    }));
    expect(brief).toEqual([
      { by: 'udp4', requests: { SRV: 3 }, responses: { NOERROR: 3 }, dnssecOk: 0, dropped: '1 1' },
      { by: 'udp6', requests: { A: 1 }, responses: { NOERROR: 1 }, dnssecOk: 1, dropped: '0 0' },
      {
        by: 'tcp4',
        requests: { MX: 1, other: 1, A: 1 },
        responses: { NOERROR: 1, BADVERS: 1, REFUSED: 1 },
        dnssecOk: 0,
        dropped: '0 0',
      },
      { by: 'tcp6', requests: {}, responses: {}, dnssecOk: 0, dropped: '0 0' },
    ]);
    expect(rest.cache).toMatchObject({ hits: 2, misses: 5, entries: 4 });
    expect(channels[0]!.requestSizes.sum).toBe(3 * 36);
    expect(channels[0]!.responseSizes.counts.reduce((sum, count) => sum + count)).toBe(3);
  });
});
