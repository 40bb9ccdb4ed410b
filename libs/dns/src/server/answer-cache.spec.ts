import { describe, expect, it } from 'vitest';
import { queryOctets } from '../../test/queries.js';
import { startResponder } from '../../test/responder.js';
import { line } from '../../test/show.js';
import { parseMessage } from '../wire/message.js';
import { Name } from '../wire/name.js';

describe('a finished reply', () => {
  it('is used again, with the ID, RD and letters of each query', () => {
    const { respond, directory } = startResponder();
    directory.put('web', {});
    const ask = (name: string, id: number, rd: boolean) => respond(queryOctets(name, 'A', { id, rd }), 'udp')!;
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

  it('with SRV targets, which have the letters of the zone as it was asked, is used for the usual ones', () => {
    const { respond, directory } = startResponder({ altDomain: Name.fromText('my.zone')! });
    directory.put('web', {});
    const ask = (name: string) => parseMessage(respond(queryOctets(name, 'SRV'), 'udp')!).answers.map(line);
    for (const domain of ['CONSUL', 'consul', 'consuL', 'My.zone', 'my.zone', 'my.zone']) {
      const srv = `WEB.Service.${domain}. 0 SRV 1 1 80 n1.node.dc1.${domain}.`;
      expect(ask(`WEB.Service.${domain}`)).toEqual([srv]);
    }
    const { asked } = directory;
    ask('wEb.serVice.consul');
    expect(directory.asked).toBe(asked);
  });

  it('is another one for each type, class, transport and EDNS shape', () => {
    const { respond, directory } = startResponder();
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
            const reply = parseMessage(respond(queryOctets('web.service.consul', type, each), transport)!);
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
    const { respond, directory } = startResponder();
    directory.put('a', {});
    directory.put('b', {});
    const address = (service: string) => {
      const { answers } = parseMessage(respond(queryOctets(`${service}.service.consul`, 'A'), 'udp')!);
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
    const { respond, directory } = startResponder();
    const asks = ['n1.node.consul', 'x.node.consul', '1.0.0.10.in-addr.arpa', '0a000001.addr.consul'];
    const askAll = () => {
      const before = directory.asked;
      for (const name of asks) respond(queryOctets(name, 'PTR'), 'udp');
      return directory.asked - before;
    };
    directory.nodes.set('n1', { name: 'n1', address: '10.0.0.1', taggedAddresses: {}, meta: {} });
    expect([askAll(), askAll()]).toEqual([3, 0]);
    directory.tell({ addresses: ['10.0.0.1'] });
    expect([askAll(), askAll()]).toEqual([1, 0]);
    directory.tell({ nodes: ['n1'] });
    expect([askAll(), askAll()]).toEqual([1, 0]);
    directory.tell({ nodes: ['a.b.x'] }); // makes x a name on the way
    expect([askAll(), askAll()]).toEqual([1, 0]);
    directory.tell({ services: ['web'] });
    expect([askAll(), askAll()]).toEqual([0, 0]);
    directory.tell({ everything: true });
    expect([askAll(), askAll()]).toEqual([3, 0]);
  });

  it('is not kept when it was made from several things', () => {
    const { respond, directory } = startResponder();
    directory.put('inner', { address: 'web.service.consul' });
    directory.put('web', {});
    const ask = () => parseMessage(respond(queryOctets('inner.service.consul', 'A'), 'udp')!).answers.map(line);
    expect(ask()[1]).toContain('10.0.0.1');
    directory.put('web', { address: '10.7.7.7' });
    expect(ask()[1]).toContain('10.7.7.7');
  });

  it.each(['A', 'SRV'] as const)('of several %s answers begins with another one each time, and is whole', (type) => {
    const { respond, directory } = startResponder();
    const nodes = Array.from({ length: 5 }, (_, i) => ({
      node: { name: `n${i}`, address: `10.0.0.${200 + i}`, meta: { i: `${i}` } },
    }));
    directory.put('web', ...nodes, { address: '2001:db8::c8', node: { name: 'n6' } });
    const firsts = new Map<string, number>();
    const query = queryOctets('web.service.consul', type, { opt: {} });
    const wanted = parseMessage(respond(query, 'udp')!);
    const sorted = ({ answers, additional }: typeof wanted) => [answers.map(line).sort(), additional.map(line).sort()];
    for (let i = 0; i < 300; i++) {
      const reply = parseMessage(respond(query, 'udp')!);
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
    const { respond, directory } = startResponder();
    directory.put('web', ...Array.from({ length: 100 }, (_, i) => ({ address: `10.0.0.${i}` })));
    const seen = new Set<string>();
    const query = queryOctets('web.service.consul', 'A');
    for (let i = 0; i < 300; i++) {
      for (const each of parseMessage(respond(query, 'udp')!).answers) seen.add(line(each));
    }
    expect(seen.size).toBeGreaterThan(60);
    // Each choice of three is sent once as it was made, and once with each of them first.
    expect(directory.asked).toBe(75);
  });

  it.each([
    ['an address', Array.from({ length: 10 }, (_, i) => ({ address: `10.0.0.${i}` }))],
    ['a host name', Array.from({ length: 10 }, (_, i) => ({ address: `h${i}.example` }))],
  ])('that tells %s of one of many instances tells those of others soon', (_, instances) => {
    const { respond, directory } = startResponder({ aRecordLimit: 1 });
    directory.put('web', ...instances);
    const query = queryOctets('web.service.consul', 'A', { opt: {} });
    const replies = Array.from({ length: 100 }, () => parseMessage(respond(query, 'udp')!));
    expect(replies.every(({ answers, tc }) => answers.length === 1 && !tc)).toBe(true);
    expect(new Set(replies.map(({ answers }) => line(answers[0]!))).size).toBeGreaterThan(7);
  });

  it('gives way to newer ones when there are too many, and is made again', () => {
    const { respond, directory } = startResponder({}, 1);
    directory.put('web', {});
    const ask = (name: string) => parseMessage(respond(queryOctets(name, 'A'), 'udp')!);
    const first = ask('web.service.consul');
    const { asked } = directory;
    for (let i = 0; i < 20_000; i++) ask(`no-${i}.service.consul`);
    expect(ask('web.service.consul')).toEqual(first);
    expect(directory.asked).toBe(asked + 20_001);
  });
});
