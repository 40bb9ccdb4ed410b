import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPE } from '../wire/codes.js';
import { Name } from '../wire/name.js';
import { parseLookup, type Lookup } from './lookup.js';

const ZONES = [Name.fromText('consul')!, Name.fromText('test.consul')!];

function lookup(name: string, type: keyof typeof TYPE = 'A'): Lookup {
  return parseLookup(Name.fromText(name)!, TYPE[type], ZONES);
}

/** The form and what else a lookup holds, as text. */
function brief(found: Lookup): string {
  const parts = Object.entries(found).map(([key, value]) => {
    if (key === 'domain') return String(value);
    if (key !== 'place') return value as string;
    const { domain, datacenter } = (found as Lookup & { form: 'service' }).place;
    return datacenter === undefined ? String(domain) : `${datacenter} ${String(domain)}`;
  });
  return parts.join(' ');
}

describe('parseLookup', () => {
  it.each([
    ['web.service.consul', 'service web consul.'],
    ['WeB.SerVice.CoNsul', 'service web CoNsul.'],
    ['web.service.dc1.consul', 'service web dc1 consul.'],
    ['web.service.DC1.dc.consul', 'service web dc1 consul.'],
    ['v1.web.service.consul', 'service web v1 consul.'],
    ['V1.Primary.web.service.consul', 'service web v1.primary consul.'],
    ['_web._tcp.service.consul', 'service web consul.'],
    ['_web._v1.service.dc1.consul', 'service web v1 dc1 consul.'],
    ['_x._web._tcp.service.consul', 'service _tcp _x._web consul.'],
    ['_web.service.consul', 'service _web consul.'],
    ['service.service.consul', 'service service consul.'],
    ['node.service.consul', 'service node consul.'],
    ['web.service.test.consul', 'service web test.consul.'],
    ['n1.node.consul', 'node n1 consul.'],
    ['a.b.node.dc2.consul', 'node a.b dc2 consul.'],
    ['0a000001.addr.consul', 'address 10.0.0.1 consul.'],
    ['20010DB8000000000000000000000001.addr.dc1.consul', 'address 2001:db8::1 consul.'],
    ['0a000001.addr.dc2.consul', 'address 10.0.0.1 consul.'],
    ['0a000001.addr.any.thing.at.all.test.consul', 'address 10.0.0.1 test.consul.'],
    ['4.3.2.1.in-addr.arpa', 'reverse 1.2.3.4 consul.'],
    [`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.IP6.arpa`, 'reverse 2001:db8::1 consul.'],
    ['consul', 'apex consul.'],
    ['Test.consul', 'apex Test.consul.'],
    ['service.consul', 'between consul.'],
    ['node.dc1.consul', 'between dc1 consul.'],
    ['addr.consul', 'between consul.'],
    ['query.consul', 'between consul.'],
    ['dc1.consul', 'between dc1 consul.'],
    ['dc1.dc.consul', 'between dc1 consul.'],
    ['dc.consul', 'between consul.'],
    ['_tcp.consul', 'between consul.'],
    ['_tcp.dc1.consul', 'between dc1 consul.'],
    ['3.2.1.in-addr.arpa', 'between consul.'],
    ['in-addr.arpa', 'between consul.'],
    ['ip6.arpa', 'between consul.'],
  ])('reads %s', (name, found) => {
    expect(brief(lookup(name))).toBe(found);
  });

  it.each([
    'web.service.dc1.ns.consul',
    'web.service.a.b.c.consul',
    'web.service.dc1.peer.consul',
    'web.connect.consul',
    'web.ingress.consul',
    'web.virtual.consul',
    'connect.consul',
    'x.query.consul',
    '0a0202zz.addr.consul',
    '0a02020.addr.consul',
    'a.0a020202.addr.consul',
    'addr.any.thing.consul',
    'one.two.consul',
    '_web._tcp.consul',
    '5.4.3.2.1.in-addr.arpa',
    '4.3.2.256.in-addr.arpa',
    '04.3.2.1.in-addr.arpa',
    'g.ip6.arpa',
  ])('finds nothing in %s', (name) => {
    expect(lookup(name).form).toBe('nothing');
  });

  it.each(['.', 'com', 'consul.example.com', 'notconsul', 'arpa', 'home.arpa'])('leaves %s to others', (name) => {
    expect(lookup(name).form).toBe('outside');
  });

  it.each([
    ['_web._tcp.consul', 'service web consul.'],
    ['_web._v1.dc1.consul', 'service web v1 dc1 consul.'],
    ['_tcp.consul', 'between consul.'],
  ])('needs no keyword for SRV of %s', (name, found) => {
    expect(brief(lookup(name, 'SRV'))).toBe(found);
  });

  it('does not take a dot inside a label for a border, nor broken UTF-8 for text', () => {
    for (const labels of [
      ['v1.web', 'service', 'consul'],
      ['a.b', 'node', 'consul'],
      ['\xff', 'service', 'consul'],
    ]) {
      expect(parseLookup(Name.fromLabels(labels)!, TYPE.A, ZONES).form).toBe('nothing');
    }
  });

  it('reads letters beyond ASCII as the registry does', () => {
    expect(brief(lookup('Ünit.service.consul'))).toBe('service ünit consul.');
  });

  it('gives something for any name', () => {
    const word = fc.constantFrom(
      'service',
      'node',
      'addr',
      'dc1',
      'dc',
      '_tcp',
      '_x',
      'a',
      'arpa',
      'in-addr',
      '1',
      '\xff',
      'a.b',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 8 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 300 }),
        (labels, inside, type) => {
          const name = Name.fromLabels(inside ? [...labels, 'consul'] : labels)!;
          expect(parseLookup(name, type, ZONES).form).toMatch(/^[a-z]+$/);
        },
      ),
    );
  });
});
