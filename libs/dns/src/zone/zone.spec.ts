import { describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { MemoryDirectory, nodeOf, type InstanceParts } from '../../test/memory-directory.js';
import { query, type QueryParts } from '../../test/queries.js';
import { show } from '../../test/show.js';
import { zoneOptions } from '../../test/zone-options.js';
import { CLASS, type TYPE } from '../wire/codes.js';
import { Name } from '../wire/name.js';
import type { Answer } from './answer.js';
import type { ZoneOptions } from './options.js';
import { Zone } from './zone.js';

type Ask = (name: string, type: keyof typeof TYPE | number, parts?: QueryParts) => Answer;

/** A zone over a directory of services, and how to ask it. */
function zoneOf(services: Record<string, InstanceParts[]>, options: Partial<ZoneOptions> = {}) {
  const directory = new MemoryDirectory();
  for (const [name, instances] of Object.entries(services)) directory.put(name, ...instances);
  const clock = new FakeClock();
  const zone = new Zone(zoneOptions(options), directory, clock);
  const ask: Ask = (name, type, parts) => zone.answer(query(name, type, parts));
  return { directory, clock, ask };
}

describe('a service', () => {
  it('is told by SRV with the addresses of its targets', () => {
    const { ask } = zoneOf({ web: [{ port: 8080 }, { address: '10.9.9.9', port: 8081, node: { name: 'n2' } }] });
    expect(show(ask('web.service.consul', 'SRV'))).toEqual([
      '+ 0a090909.addr.dc1.consul. 0 A 10.9.9.9',
      '+ n1.node.dc1.consul. 0 A 10.0.0.1',
      'web.service.consul. 0 SRV 1 1 8080 n1.node.dc1.consul.',
      'web.service.consul. 0 SRV 1 1 8081 0a090909.addr.dc1.consul.',
    ]);
  });

  it('keeps the letters of the question and of the node', () => {
    const { ask } = zoneOf({ web: [{ node: { name: 'N-Up' } }] });
    expect(show(ask('WEB.Service.ConSul', 'SRV'))).toEqual([
      '+ N-Up.node.dc1.ConSul. 0 A 10.0.0.1',
      'WEB.Service.ConSul. 0 SRV 1 1 80 N-Up.node.dc1.ConSul.',
    ]);
  });

  it('follows the domain that was asked', () => {
    const { ask } = zoneOf({ web: [{}] }, { altDomain: Name.fromText('my.zone')! });
    expect(show(ask('web.service.my.zone', 'SRV'))).toContain('+ n1.node.dc1.my.zone. 0 A 10.0.0.1');
    expect(ask('nope.service.my.zone', 'A')).toMatchObject({
      kind: 'no name',
      soa: { name: Name.fromText('my.zone') },
    });
  });

  it('is told by address of the right family, each once', () => {
    const same = { address: '10.9.9.9' };
    const { ask } = zoneOf({ web: [same, same, { address: '2001:db8::1' }, {}] });
    expect(show(ask('web.service.consul', 'A'))).toEqual([
      'web.service.consul. 0 A 10.0.0.1',
      'web.service.consul. 0 A 10.9.9.9',
    ]);
    expect(show(ask('web.service.consul', 'AAAA'))).toEqual(['web.service.consul. 0 AAAA 2001:db8::1']);
  });

  it('gives ANY as one RRset over UDP and whole over TCP (RFC 8482)', () => {
    const { ask } = zoneOf({ web: [{}, { address: '2001:db8::1' }] });
    expect(show(ask('web.service.consul', 'ANY'))).toHaveLength(1);
    expect(show(ask('web.service.consul', 'ANY', { transport: 'tcp' }))).toHaveLength(2);
  });

  it('prefers tagged addresses of the family', () => {
    const taggedAddresses = {
      lan_ipv4: { address: '10.4.4.4', port: 1 },
      lan_ipv6: { address: '2001:db8::6', port: 1 },
    };
    const { ask } = zoneOf({ web: [{ address: '10.1.1.1', taggedAddresses }] });
    expect(show(ask('web.service.consul', 'A'))).toEqual(['web.service.consul. 0 A 10.4.4.4']);
    expect(show(ask('web.service.consul', 'AAAA'))).toEqual(['web.service.consul. 0 AAAA 2001:db8::6']);
    expect(show(ask('web.service.consul', 'SRV'))[0]).toMatch(/AAAA 2001:db8::6$/);
  });

  it('takes an IPv4-mapped address for the IPv4 one', () => {
    const { ask, directory } = zoneOf({ web: [{ address: '::FFFF:10.9.9.9' }] });
    expect(show(ask('web.service.consul', 'A'))).toEqual(['web.service.consul. 0 A 10.9.9.9']);
    expect(ask('web.service.consul', 'AAAA').kind).toBe('no data');
    expect(show(ask('web.service.consul', 'SRV'))[0]).toBe('+ 0a090909.addr.dc1.consul. 0 A 10.9.9.9');
    directory.nodes.set('n1', nodeOf({ address: '0:0:0:0:0:ffff:a01:203' }));
    expect(show(ask('n1.node.consul', 'A'))).toEqual(['n1.node.consul. 0 A 10.1.2.3']);
  });

  it('answers clients elsewhere with wide-area addresses and ports', () => {
    const taggedAddresses = {
      lan_ipv4: { address: '10.4.4.4', port: 1 },
      wan: { address: '198.18.0.4', port: 4444 },
      wan_ipv6: { address: '2001:db8::6', port: 6666 },
    };
    const node = { name: 'far', address: '10.5.5.5', taggedAddresses: { wan: '198.18.0.5' } };
    const services = { web: [{ address: '10.1.1.1', port: 80, taggedAddresses }], db: [{ port: 3306, node }] };
    const { ask } = zoneOf(services, { translateWanAddrs: true });
    expect(show(ask('web.service.consul', 'A'))).toEqual(['web.service.consul. 0 A 198.18.0.4']);
    expect(show(ask('web.service.consul', 'AAAA'))).toEqual(['web.service.consul. 0 AAAA 2001:db8::6']);
    expect(show(ask('web.service.consul', 'SRV')).join('\n')).toMatch(/SRV 1 1 4444 20010db8/);
    expect(show(ask('db.service.consul', 'A'))).toEqual(['db.service.consul. 0 A 198.18.0.5']);
    // The node's name leads to its own address, so the target spells the other one.
    expect(show(ask('db.service.consul', 'SRV')).join('\n')).toMatch(/SRV 1 1 3306 c6120005.addr.dc1.consul.$/m);
    expect(show(zoneOf(services).ask('db.service.consul', 'SRV')).join('\n')).toMatch(
      /SRV 1 1 3306 far.node.dc1.consul.$/m,
    );
    expect(show(zoneOf(services).ask('web.service.consul', 'SRV')).join('\n')).toMatch(/SRV 1 1 80 0a040404.addr/);
  });

  it('sends no SRV record twice, also when it was registered with two weights', () => {
    const one = { address: '10.9.9.9', port: 1 };
    const heavy = { ...one, weights: { passing: 9, warning: 1 } };
    const { ask } = zoneOf({ web: [one, heavy, { ...one, node: { name: 'n2' } }, { ...one, port: 2 }] });
    expect(show(ask('web.service.consul', 'SRV')).filter((each) => each.includes(' SRV '))).toHaveLength(2);
  });

  it('weighs by status', () => {
    const weights = { passing: 10, warning: 3 };
    const { ask } = zoneOf({ a: [{ weights }], b: [{ weights, status: 'warning' }] });
    expect(show(ask('a.service.consul', 'SRV'))[1]).toContain('SRV 1 10 80');
    expect(show(ask('b.service.consul', 'SRV'))[1]).toContain('SRV 1 3 80');
  });

  it('without a fit instance is no name, and says why', () => {
    const services: Record<string, InstanceParts[]> = { sick: [{ status: 'critical' }], weak: [{ status: 'warning' }] };
    const { ask } = zoneOf(services);
    expect(ask('sick.service.consul', 'A')).toMatchObject({ kind: 'no name', error: { text: 'no passing instance' } });
    expect(ask('none.service.consul', 'A')).not.toHaveProperty('error');
    expect(ask('weak.service.consul', 'A').kind).toBe('records');
    expect(zoneOf(services, { onlyPassing: true }).ask('weak.service.consul', 'A').kind).toBe('no name');
  });

  it('is found by tag, whatever its letters', () => {
    const { ask } = zoneOf({ web: [{ tags: ['V1'] }, { address: '10.9.9.9', tags: ['v1.primary'] }] });
    expect(show(ask('v1.web.service.consul', 'A'))).toEqual(['v1.web.service.consul. 0 A 10.0.0.1']);
    expect(show(ask('_web._v1.service.consul', 'SRV'))).toHaveLength(2);
    expect(show(ask('v1.primary.web.service.consul', 'A'))).toHaveLength(1);
    expect(ask('v2.web.service.consul', 'A').kind).toBe('no name');
    // Resolvers that ask label by label pass by here (RFC 9156).
    expect(ask('primary.web.service.consul', 'A').kind).toBe('no data');
    expect(ask('_v1.service.consul', 'A').kind).toBe('no data');
    expect(ask('web._v1.service.consul', 'A').kind).toBe('no name');
    expect(ask('x._web._v1.service.consul', 'SRV').kind).toBe('no name');
  });

  it('takes TTLs by name and prefix', () => {
    const { ask } = zoneOf({ web: [{}] }, { serviceTtl: { 'w*': 7 } });
    expect(show(ask('WEB.service.consul', 'SRV'))).toEqual([
      '+ n1.node.dc1.consul. 7 A 10.0.0.1',
      'WEB.service.consul. 7 SRV 1 1 80 n1.node.dc1.consul.',
    ]);
  });

  it('gives at most a_record_limit addresses, and all SRV', () => {
    const instances = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address }));
    const { ask } = zoneOf({ web: instances }, { aRecordLimit: 2 });
    const answer = ask('web.service.consul', 'A');
    expect(answer).toMatchObject({ kind: 'records', limit: 2, shuffled: true });
    // One more is found, so that the reply is known to be a choice.
    expect(show(answer)).toHaveLength(3);
    expect(show(ask('web.service.consul', 'SRV'))).toHaveLength(6);
    expect(ask('web.service.consul', 'SRV')).not.toHaveProperty('limit');
  });

  it('adds the metadata of its nodes unless told not to', () => {
    const services = { web: [{ address: '10.9.9.9', node: { meta: { rack: 'r1' } } }] };
    const text = '+ n1.node.dc1.consul. 0 TXT "rack=r1"';
    expect(show(zoneOf(services).ask('web.service.consul', 'SRV'))).toContain(text);
    expect(show(zoneOf(services, { nodeMetaTxt: false }).ask('web.service.consul', 'SRV'))).not.toContain(text);
  });

  it('comes in another order each time', () => {
    const instances = Array.from({ length: 30 }, (_, i) => ({ address: `10.0.0.${i}` }));
    const { ask } = zoneOf({ web: instances });
    const orders = Array.from({ length: 5 }, () => {
      const answer = ask('web.service.consul', 'A');
      return answer.kind === 'records' ? answer.answers.map(({ record }) => JSON.stringify(record.data)).join() : '';
    });
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('has no data of other types, with the SOA', () => {
    const { ask } = zoneOf({ web: [{}] });
    const types = ['TXT', 'CNAME', 'SOA', 'NS', 'PTR', 15, 65, 1000] as const;
    expect(types.filter((type) => ask('web.service.consul', type).kind !== 'no data')).toEqual([]);
  });

  it('leaves out what makes no DNS name', () => {
    const { ask } = zoneOf({ web: [{ node: { name: 'x'.repeat(64) } }, { node: { name: 'a..b' } }, { address: '-' }] });
    expect(show(ask('web.service.consul', 'SRV'))).toEqual(['web.service.consul. 0 SRV 1 1 80 -.']);
  });
});

describe('a host name as address', () => {
  it('is a CNAME, and an SRV target', () => {
    const { ask } = zoneOf({ ext: [{ address: 'db.example.com', port: 5 }] });
    expect(show(ask('ext.service.consul', 'A'))).toEqual(['ext.service.consul. 0 CNAME db.example.com.']);
    expect(show(ask('ext.service.consul', 'MX' as 'A'))).toEqual(['ext.service.consul. 0 CNAME db.example.com.']);
    expect(show(ask('ext.service.consul', 'SRV'))).toEqual(['ext.service.consul. 0 SRV 1 1 5 db.example.com.']);
  });

  it('counts only when no instance has an address, and then the first alone', () => {
    const { ask } = zoneOf({
      mixed: [{ address: 'a.example' }, {}],
      hosts: [{ address: 'a.example' }, { address: 'b.example' }],
    });
    expect(show(ask('mixed.service.consul', 'A'))).toEqual(['mixed.service.consul. 0 A 10.0.0.1']);
    expect(show(ask('hosts.service.consul', 'A'))).toHaveLength(1);
    const chosen = Array.from({ length: 50 }, () => show(ask('hosts.service.consul', 'A'))[0]);
    expect(new Set(chosen).size).toBe(2);
  });

  it('is followed within the zone, with the TTL of the service', () => {
    const { ask } = zoneOf({ web: [{}], inner: [{ address: 'web.service.consul' }] }, { serviceTtl: { inner: 9 } });
    expect(show(ask('inner.service.consul', 'A'))).toEqual([
      'inner.service.consul. 9 CNAME web.service.consul.',
      'web.service.consul. 9 A 10.0.0.1',
    ]);
    expect(show(ask('inner.service.consul', 'SRV'))).toEqual([
      '+ web.service.consul. 9 A 10.0.0.1',
      'inner.service.consul. 9 SRV 1 1 80 web.service.consul.',
    ]);
    expect(show(ask('inner.service.consul', 'CNAME'))).toEqual(['inner.service.consul. 9 CNAME web.service.consul.']);
  });

  it('that leads back is told up to there, each name once', () => {
    const { ask } = zoneOf({
      a: [{ address: 'B.service.consul' }],
      b: [{ address: 'a.service.consul' }],
      self: [{ address: 'self.service.consul' }],
    });
    expect(show(ask('a.service.consul', 'A'))).toEqual([
      'B.service.consul. 0 CNAME a.service.consul.',
      'a.service.consul. 0 CNAME B.service.consul.',
    ]);
    expect(show(ask('self.service.consul', 'A'))).toEqual(['self.service.consul. 0 CNAME self.service.consul.']);
  });

  it('is followed three steps', () => {
    const chain = Array.from({ length: 5 }, (_, i) => [`c${i}`, [{ address: `c${i + 1}.service.consul` }]] as const);
    const { ask } = zoneOf({ ...Object.fromEntries(chain), c5: [{}] });
    expect(show(ask('c0.service.consul', 'A')).at(-1)).toBe('c3.service.consul. 0 CNAME c4.service.consul.');
    expect(show(ask('c2.service.consul', 'A')).at(-1)).toBe('c5.service.consul. 0 A 10.0.0.1');
  });

  it('that leads to a service gives no more addresses of it than a_record_limit', () => {
    const services = {
      web: [{}, { address: '10.9.9.9' }, { address: '10.9.9.8' }],
      a: [{ address: 'web.service.consul' }],
    };
    expect(show(zoneOf(services, { aRecordLimit: 1 }).ask('a.service.consul', 'A'))).toHaveLength(2);
  });

  it('that is the service itself leads to its node', () => {
    const { ask } = zoneOf({ web: [{ address: 'web.service.consul' }] });
    expect(show(ask('web.service.consul', 'SRV'))).toContain('web.service.consul. 0 SRV 1 1 80 n1.node.dc1.consul.');
  });
});

describe('a node', () => {
  const { directory, ask } = zoneOf({}, { nodeTtl: 4 });
  directory.nodes.set('n1', nodeOf({ meta: { rack: 'r1' } }));
  directory.nodes.set('v6', nodeOf({ name: 'v6', address: '2001:db8::1' }));
  directory.nodes.set('ext', nodeOf({ name: 'ext', address: 'db.example.com' }));
  directory.nodes.set('a.dotted', nodeOf({ name: 'a.dotted' }));
  const text = 'N1.node.consul. 4 TXT "rack=r1"';

  it.each([
    ['N1.node.consul', 'A', [`+ ${text}`, 'N1.node.consul. 4 A 10.0.0.1']],
    ['N1.node.dc1.consul', 'AAAA', ['no data', '+ N1.node.dc1.consul. 4 TXT "rack=r1"']],
    ['N1.node.consul', 'TXT', [text]],
    ['N1.node.consul', 'ANY', ['N1.node.consul. 4 A 10.0.0.1']],
    ['N1.node.consul', 'SRV', ['no data']],
    ['N1.node.dc2.consul', 'A', ['no name']],
    ['v6.node.consul', 'AAAA', ['v6.node.consul. 4 AAAA 2001:db8::1']],
    ['ext.node.consul', 'A', ['ext.node.consul. 4 CNAME db.example.com.']],
    ['a.dotted.node.consul', 'A', ['a.dotted.node.consul. 4 A 10.0.0.1']],
    ['dotted.node.consul', 'A', ['no data']],
    ['none.node.consul', 'A', ['no name']],
    ['none.node.consul', 'MX' as 'A', ['no name']],
  ] as const)('answers %s %s', (name, type, answer) => {
    expect(show(ask(name, type))).toEqual(answer);
  });

  it('gives all of ANY over TCP', () => {
    expect(show(ask('N1.node.consul', 'ANY', { transport: 'tcp' }))).toEqual(['N1.node.consul. 4 A 10.0.0.1', text]);
  });
});

describe('other names', () => {
  const { directory, ask } = zoneOf({}, { nodeTtl: 4 });
  directory.addresses.set('10.0.0.1', { node: 'n1' });
  directory.addresses.set('2001:db8::2', { service: 'web' });
  directory.servers = [
    nodeOf({ name: 'S1' }),
    nodeOf({ name: 'under_score' }),
    nodeOf({ name: 'v6', address: '2001:db8::1' }),
  ];
  const soa = 'consul. 0 SOA ns.consul. hostmaster.consul. 1767225600 3600 600 86400 0';

  it.each([
    ['0a020202.addr.consul', 'A', ['0a020202.addr.consul. 4 A 10.2.2.2']],
    ['0a020202.addr.consul', 'SRV', ['no data', '+ 0a020202.addr.consul. 4 A 10.2.2.2']],
    ['1.0.0.10.in-addr.arpa', 'PTR', ['1.0.0.10.in-addr.arpa. 4 PTR n1.node.dc1.consul.']],
    ['1.0.0.10.in-addr.arpa', 'A', ['no data']],
    ['2.0.0.10.in-addr.arpa', 'PTR', ['no name']],
    ['0.10.in-addr.arpa', 'PTR', ['no data']],
    ['consul', 'SOA', ['+ s1.node.dc1.consul. 4 A 10.0.0.1', '+ v6.node.dc1.consul. 4 AAAA 2001:db8::1', soa]],
    ['consul', 'ANY', [soa]],
    ['consul', 'A', ['no data']],
    ['service.consul', 'A', ['no data']],
    ['dc1.consul', 'A', ['no data']],
    ['dc2.consul', 'A', ['no name']],
    ['nothing.consul', 'A', ['no name']],
    ['example.com', 'A', ['refused']],
    ['.', 'NS', ['refused']],
    ['consul', 252, ['not implemented']],
    ['consul', 0, ['not implemented']],
    ['consul', 'OPT', ['not implemented']],
  ] as const)('answers %s %s', (name, type, answer) => {
    expect(show(ask(name, type))).toEqual(answer);
  });

  it('has NS records with glue', () => {
    expect(show(ask('consul', 'NS'))).toEqual([
      '+ s1.node.dc1.consul. 4 A 10.0.0.1',
      '+ v6.node.dc1.consul. 4 AAAA 2001:db8::1',
      'consul. 4 NS s1.node.dc1.consul.',
      'consul. 4 NS v6.node.dc1.consul.',
    ]);
  });

  it('has glue that clients elsewhere can reach', () => {
    const far = zoneOf({}, { translateWanAddrs: true });
    far.directory.servers = [nodeOf({ taggedAddresses: { wan: '198.18.0.4' } })];
    expect(show(far.ask('consul', 'NS'))).toContain('+ n1.node.dc1.consul. 0 A 198.18.0.4');
  });

  it('finds an IPv6 address by its name in ip6.arpa', () => {
    const name = `2.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
    expect(show(ask(name, 'PTR'))).toEqual([`${name}. 4 PTR web.service.dc1.consul.`]);
  });
});

describe('the SOA serial', () => {
  it('is the time of the latest change, and never goes back', async () => {
    const clock = new FakeClock(5_000);
    const directory = new MemoryDirectory();
    const zone = new Zone(zoneOptions(), directory, clock);
    const serial = () => /(\d+) 3600/.exec(show(zone.answer(query('consul', 'ANY')))[0]!)![1];
    expect(serial()).toBe('5');
    await clock.advance(2_500);
    expect(serial()).toBe('5');
    directory.put('web', {});
    expect(serial()).toBe('7');
    clock.now = () => 1_000;
    directory.put('web');
    expect(serial()).toBe('7');
  });
});

describe('class CH', () => {
  const ch = { class: CLASS.CH };

  it('tells about the server what is configured', () => {
    const { ask } = zoneOf({}, { version: 'Signpost', serverId: 'ns-1' });
    expect(show(ask('Version.Bind', 'TXT', ch))).toEqual(['Version.Bind. 0 TXT "Signpost"']);
    expect(show(ask('id.server', 'TXT', ch))).toEqual(['id.server. 0 TXT "ns-1"']);
    expect(ask('id.server', 'A', ch).kind).toBe('refused');
    expect(ask('web.service.consul', 'A', ch).kind).toBe('refused');
  });

  it('and the other classes are refused', () => {
    const { ask } = zoneOf({ web: [{}] });
    for (const questionClass of [0, 2, 3, 4, 254, 255]) {
      expect(ask('web.service.consul', 'A', { class: questionClass }).kind).toBe('refused');
      expect(ask('version.bind', 'TXT', { class: questionClass }).kind).toBe('refused');
    }
  });
});

describe('sources', () => {
  it('name what an answer was made from', () => {
    const { ask, directory } = zoneOf({ web: [{}], inner: [{ address: 'web.service.consul' }] });
    directory.nodes.set('n1', nodeOf());
    expect(ask('V1.WEB.service.consul', 'A').sources).toEqual(['service:web']);
    expect(ask('inner.service.consul', 'A').sources).toEqual(['service:inner', 'service:web']);
    expect(ask('N1.node.consul', 'A').sources).toEqual(['node:n1']);
    expect(ask('x.node.consul', 'A').sources).toEqual(['node:x']);
    expect(ask('1.0.0.10.in-addr.arpa', 'PTR').sources).toEqual(['address:10.0.0.1']);
    expect(ask('consul', 'SOA').sources).toEqual(['zone']);
    expect(ask('0a020202.addr.consul', 'A').sources).toEqual([]);
  });
});
