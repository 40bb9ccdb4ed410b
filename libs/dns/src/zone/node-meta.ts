import type { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { txtOf } from '../wire/records/txt.js';

/** A node's metadata as TXT records, one for each pair. */
export function metaRecords(owner: Name, ttl: number, meta: Readonly<Record<string, string>>): ResourceRecord[] {
  return Object.entries(meta).map(([key, value]) => record(owner, 'TXT', ttl, txtOf(metaText(key, value))));
}

/**
 * A pair as text after RFC 1464: back quotes doubled, and in the key `=` and leading and trailing blanks quoted by one. As in Consul a
 * key that begins with `rfc1035-` gives its value alone, for texts with a form of their own.
 */
export function metaText(key: string, value: string): string {
  const quoted = value.replaceAll('`', '``');
  if (key.toLowerCase().startsWith('rfc1035-')) return value;
  const name = key.replace(/[`=]/g, '`$&').replace(/^ +| +$/g, (blanks) => blanks.replaceAll(' ', '` '));
  return `${name}=${quoted}`;
}
