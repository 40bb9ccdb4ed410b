import { expect, it } from 'vitest';
import { Name } from '../wire/name.js';
import { line } from '../../test/show.js';
import { metaRecords, metaText } from './node-meta.js';

// The examples of RFC 1464 section 2, and Consul's own prefix.
it.each([
  ['color', 'blue', 'color=blue'],
  ['equation', 'a=4', 'equation=a=4'],
  ['a=a', 'true', 'a`=a=true'],
  ['a\\=a', 'false', 'a\\`=a=false'],
  ['=', '\\=', '`==\\='],
  ['string', '"Cat"', 'string="Cat"'],
  ['string2', '`abc`', 'string2=``abc``'],
  ['novalue', '', 'novalue='],
  ['a b', 'c d', 'a b=c d'],
  [' abc ', '123 ', '` abc` =123 '],
  ['RFC1035-x', 'v=1; a`b', 'v=1; a`b'],
])('writes %j: %j', (key, value, text) => {
  expect(metaText(key, value)).toBe(text);
});

it('makes a record of each pair', () => {
  const records = metaRecords(Name.fromText('n1.node.consul')!, 7, { rack: 'r1', zone: 'a' });
  expect(records.map(line)).toEqual(['n1.node.consul. 7 TXT "rack=r1"', 'n1.node.consul. 7 TXT "zone=a"']);
});
