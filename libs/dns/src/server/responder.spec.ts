import { describe, expect, it } from 'vitest';
import { queryOctets } from '../../test/queries.js';
import { startResponder } from '../../test/responder.js';
import { line } from '../../test/show.js';
import { RCODE } from '../wire/codes.js';
import { parseMessage } from '../wire/message.js';

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
    expect(startResponder().responder.respond(hex(octets), 'udp')).toBeUndefined();
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
    const { responder } = startResponder();
    for (const transport of ['udp', 'tcp', 'udp'] as const) {
      const reply = responder.respond(hex(octets), transport)!;
      expect(reply[3]! & 15).toBe(rcode);
      expect(reply[2]! & 0x82).toBe(0x80); // QR, no TC
      expect(reply[3]! & 0xf0).toBe(0); // no RA, Z, AD, CD
    }
  });

  it('of EDNS version 1 is told the version between others of version 0', () => {
    const { responder } = startResponder();
    const codes = [0, 1, 0].map((version) => {
      const { rcode, opt } = parseMessage(
        responder.respond(queryOctets('consul', 'SOA', { opt: { version } }), 'udp')!,
      );
      return (opt!.extendedRcode << 4) | rcode;
    });
    expect(codes).toEqual([0, RCODE.BADVERS, 0]);
  });
});

describe('a failure inside', () => {
  it('is SERVFAIL, and one line a second', async () => {
    const { responder, directory, log, clock } = startResponder();
    directory.instances = () => {
      throw new TypeError('a mistake');
    };
    const query = queryOctets('web.service.consul', 'A', { id: 7, rd: true });
    for (let i = 0; i < 3; i++) {
      const reply = parseMessage(responder.respond(query, 'udp')!);
      expect(reply).toMatchObject({ id: 7, rd: true, aa: false, rcode: RCODE.SERVFAIL });
      expect(reply.questions).toHaveLength(1);
    }
    expect(log.lines).toEqual(['a DNS query could not be answered']);
    await clock.advance(1_000);
    responder.respond(query, 'udp');
    expect(log.lines).toHaveLength(2);
  });
});

describe('a finished reply', () => {
  it('is used again, with the ID, RD and letters of each query', () => {
    const { responder, directory } = startResponder();
    directory.put('web', {});
    const ask = (name: string, id: number, rd: boolean) =>
      responder.respond(queryOctets(name, 'SRV', { id, rd }), 'udp')!;
    const first = parseMessage(ask('web.service.consul', 1, false));
    const { asked } = directory;
    const again = parseMessage(ask('WEB.serVice.CONSUL', 0xabcd, true));
    expect(directory.asked).toBe(asked);
    expect(again).toMatchObject({ id: 0xabcd, rd: true, aa: true });
    expect(again.questions[0]!.name.labels).toEqual(['WEB', 'serVice', 'CONSUL']);
    expect(again.answers[0]!.name.labels).toEqual(['WEB', 'serVice', 'CONSUL']);
    expect(again.answers[0]!.data).toEqual(first.answers[0]!.data);
    expect(parseMessage(ask('web.service.consul', 1, false))).toEqual(first);
  });

  it('is another one for each type, class, transport and EDNS shape', () => {
    const { responder, directory } = startResponder();
    directory.put('web', ...Array.from({ length: 60 }, (_, i) => ({ address: `10.0.0.${i}` })));
    const parts = [
      {},
      { opt: {} },
      { opt: { dnssecOk: true } },
      { opt: { udpSize: 512 } },
      { class: 3 },
      { class: 0x21 },
    ];
    const ask = () =>
      parts.flatMap((each) =>
        (['udp', 'tcp'] as const).flatMap((transport) =>
          (['A', 'SRV', 97, 65] as const).map((type) => {
            const reply = parseMessage(responder.respond(queryOctets('web.service.consul', type, each), transport)!);
            const { rcode, tc, answers, opt, questions } = reply;
            return [rcode, tc, answers.length, opt?.dnssecOk, questions[0]!.type, questions[0]!.class].join();
          }),
        ),
      );
    const first = ask();
    expect(ask()).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(20);
  });

  it('goes when its service changes, and no other', () => {
    const { responder, directory } = startResponder();
    directory.put('a', {});
    directory.put('b', {});
    const address = (service: string) => {
      const { answers } = parseMessage(responder.respond(queryOctets(`${service}.service.consul`, 'A'), 'udp')!);
      return answers.map(line).join();
    };
    address('a');
    address('b');
    address('none');
    directory.put('a', { address: '10.7.7.7' });
    const { asked } = directory;
    address('b');
    address('none');
    expect(directory.asked).toBe(asked);
    expect(address('a')).toBe('a.service.consul. 0 A 10.7.7.7');
    directory.put('none', {});
    expect(address('none')).toBe('none.service.consul. 0 A 10.0.0.1');
  });

  it('goes with its node, its address, or anything, as it was made', () => {
    const { responder, directory } = startResponder();
    const asks = ['n1.node.consul', 'x.node.consul', '1.0.0.10.in-addr.arpa', '0a000001.addr.consul'];
    const askAll = () => {
      const before = directory.asked;
      for (const name of asks) responder.respond(queryOctets(name, 'PTR'), 'udp');
      return directory.asked - before;
    };
    directory.nodes.set('n1', { name: 'n1', address: '10.0.0.1', taggedAddresses: {}, meta: {} });
    expect([askAll(), askAll()]).toEqual([3, 0]);
    directory.tell({ addresses: ['10.0.0.1'] });
    expect([askAll(), askAll()]).toEqual([2, 0]); // the address, and the name that is nowhere
    directory.tell({ nodes: ['n1'] });
    expect([askAll(), askAll()]).toEqual([2, 0]);
    directory.tell({ services: ['web'] });
    expect([askAll(), askAll()]).toEqual([1, 0]);
  });

  it('is not kept when it was made from several things', () => {
    const { responder, directory } = startResponder();
    directory.put('inner', { address: 'web.service.consul' });
    directory.put('web', {});
    const ask = () =>
      parseMessage(responder.respond(queryOctets('inner.service.consul', 'A'), 'udp')!).answers.map(line);
    expect(ask()[1]).toContain('10.0.0.1');
    directory.put('web', { address: '10.7.7.7' });
    expect(ask()[1]).toContain('10.7.7.7');
  });

  it.each(['A', 'SRV'] as const)('of several %s answers begins with another one each time, and is whole', (type) => {
    const { responder, directory } = startResponder();
    const nodes = Array.from({ length: 5 }, (_, i) => ({
      node: { name: `n${i}`, address: `10.0.0.${200 + i}`, meta: { i: `${i}` } },
    }));
    directory.put('web', ...nodes, { address: '2001:db8::c8', node: { name: 'n6' } });
    const firsts = new Map<string, number>();
    const query = queryOctets('web.service.consul', type, { opt: {} });
    const wanted = parseMessage(responder.respond(query, 'udp')!);
    const sorted = ({ answers, additional }: typeof wanted) => [answers.map(line).sort(), additional.map(line).sort()];
    for (let i = 0; i < 300; i++) {
      const reply = parseMessage(responder.respond(query, 'udp')!);
      expect(sorted(reply)).toEqual(sorted(wanted));
      expect(reply.opt).toEqual(wanted.opt);
      const first = line(reply.answers[0]!);
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    const count = wanted.answers.length;
    expect(firsts.size).toBe(count);
    for (const times of firsts.values()) expect(times).toBeGreaterThan(300 / count / 2);
  });

  it('that shows a few of many instances shows others soon', () => {
    const { responder, directory } = startResponder();
    directory.put('web', ...Array.from({ length: 100 }, (_, i) => ({ address: `10.0.0.${i}` })));
    const seen = new Set<string>();
    const query = queryOctets('web.service.consul', 'A');
    for (let i = 0; i < 300; i++) {
      for (const each of parseMessage(responder.respond(query, 'udp')!).answers) seen.add(line(each));
    }
    expect(seen.size).toBeGreaterThan(60);
    // Each choice of three is sent once as it was made, and once with each of them first.
    expect(directory.asked).toBe(75);
  });

  it('gives way to newer ones when there are too many, and is made again', () => {
    const { responder, directory } = startResponder({}, 1);
    directory.put('web', {});
    const ask = (name: string) => parseMessage(responder.respond(queryOctets(name, 'A'), 'udp')!);
    const first = ask('web.service.consul');
    const { asked } = directory;
    for (let i = 0; i < 20_000; i++) ask(`no-${i}.service.consul`);
    expect(ask('web.service.consul')).toEqual(first);
    expect(directory.asked).toBe(asked + 20_001);
  });
});
