import { addressText } from '../wire/address.js';
import { TYPE } from '../wire/codes.js';
import { lowerCase, Name } from '../wire/name.js';

/**
 * What a name asks for, by its form alone (https://developer.hashicorp.com/consul/docs/discover/dns). Names of services, tags,
 * nodes and datacenters are in lower case; `domain` is the zone as the question spells it.
 */
export type Lookup =
  | { readonly form: 'service'; readonly service: string; readonly tag?: string; readonly place: Place }
  | { readonly form: 'node'; readonly node: string; readonly place: Place }
  /** `0a010203.addr`: an address that stands in the name itself, so that its datacenter does not matter. */
  | { readonly form: 'address'; readonly address: string; readonly domain: Name }
  | { readonly form: 'reverse'; readonly address: string; readonly domain: Name }
  | { readonly form: 'apex'; readonly domain: Name }
  /** An empty non-terminal, such as `service.consul`: it has no records, but names below it have (RFC 8020). */
  | { readonly form: 'between'; readonly place: Place }
  /** Within the zone, but no form that it knows. */
  | { readonly form: 'nothing'; readonly domain: Name }
  | { readonly form: 'outside' };

/** The tail of a name: a datacenter, if it names one, and the zone. */
export interface Place {
  readonly domain: Name;
  readonly datacenter?: string;
}

/** Labels that say what stands left of them. The mesh forms (`connect`, `ingress`, `virtual`) exist in Consul alone. */
const KEYWORDS = ['service', 'node', 'addr', 'query', 'connect', 'ingress', 'virtual'];

/** Keywords below which there are names here. */
const POPULATED = ['service', 'node', 'addr', 'query'];

const REVERSE_ZONES = [Name.fromText('in-addr.arpa')!, Name.fromText('ip6.arpa')!];

/**
 * Reads a question's name.
 *
 * @param zones the names of the zone, the main one first
 */
export function parseLookup(name: Name, type: number, zones: readonly Name[]): Lookup {
  const zone = longestMatch(name, zones);
  if (zone) return parseWithin(name, type, zone);
  const reverse = REVERSE_ZONES.find((each) => name.isWithin(each));
  return reverse ? parseReverse(name, zones[0]!) : { form: 'outside' };
}

function parseWithin(name: Name, type: number, zone: Name): Lookup {
  const depth = name.labels.length - zone.labels.length;
  const domain = Name.fromLabels(name.labels.slice(depth))!;
  if (depth === 0) return { form: 'apex', domain };
  const labels = name.labels.slice(0, depth).map(lowerCase);
  const nothing: Lookup = { form: 'nothing', domain };
  // A dot or broken UTF-8 inside a label: no registered name is written so.
  if (!labels.every(isText)) return nothing;
  const at = labels.findLastIndex((label) => KEYWORDS.includes(label) || (type === TYPE.SRV && label.startsWith('_')));
  if (at < 0) return parseLocality(labels, domain);
  const keyword = labels[at]!;
  const bare = keyword.startsWith('_');
  const parts = labels.slice(0, bare ? at + 1 : at).map(textOf);
  if (keyword === 'addr' && parts.length > 0) return parseAddress(parts, domain) ?? nothing;
  const place = placeOf(labels.slice(at + 1), domain);
  if (!place) return nothing;
  if (parts.length === 0) return POPULATED.includes(keyword) ? { form: 'between', place } : nothing;
  // `_tcp.consul` is only a step on the way to `_web._tcp.consul`.
  if (bare && parts.length === 1) return { form: 'between', place };
  return parseForm(bare ? 'service' : keyword, parts, place) ?? nothing;
}

function parseForm(keyword: string, parts: readonly string[], place: Place): Lookup | undefined {
  switch (keyword) {
    case 'service':
      return parseService(parts, place);
    case 'node':
      return { form: 'node', node: parts.join('.'), place };
    default:
      return undefined;
  }
}

/** `tag.web`, where the tag may hold dots, or `_web._tag` (RFC 2782), where the tag `_tcp` means any. */
function parseService(parts: readonly string[], place: Place): Lookup {
  const [first, second] = parts;
  if (parts.length === 2 && first!.startsWith('_') && second!.startsWith('_')) {
    const tag = second!.slice(1);
    return { form: 'service', service: first!.slice(1), ...(tag !== 'tcp' && { tag }), place };
  }
  const tag = parts.slice(0, -1).join('.');
  return { form: 'service', service: parts.at(-1)!, ...(tag !== '' && { tag }), place };
}

function parseAddress([hex, ...more]: readonly string[], domain: Name): Lookup | undefined {
  if (more.length > 0 || !/^([0-9a-f]{8}|[0-9a-f]{32})$/.test(hex!)) return undefined;
  return { form: 'address', address: addressText(Buffer.from(hex!, 'hex')), domain };
}

/** A name without keyword: a datacenter alone is a step on the way to what lies in it, and so is `_tcp` before it. */
function parseLocality(labels: readonly string[], domain: Name): Lookup {
  const rest = labels[0]!.startsWith('_') ? labels.slice(1) : labels;
  const place = rest.length === 1 && rest[0] === 'dc' ? { domain } : placeOf(rest, domain);
  return place ? { form: 'between', place } : { form: 'nothing', domain };
}

/** `dc1`, `dc1.dc` or nothing. No datacenter begins with `_`: that is a protocol. */
function placeOf(labels: readonly string[], domain: Name): Place | undefined {
  const [datacenter, kind] = labels;
  if (datacenter === undefined) return { domain };
  if (datacenter.startsWith('_')) return undefined;
  if (labels.length === 1 || (labels.length === 2 && kind === 'dc')) return { domain, datacenter: textOf(datacenter) };
  return undefined;
}

/** `3.2.1.10.in-addr.arpa`, or 32 hexadecimal digits under `ip6.arpa`; fewer are a step on the way (RFC 1035 3.5, RFC 3596 2.5). */
function parseReverse(name: Name, domain: Name): Lookup {
  const parts = name.labels.slice(0, -2).map(lowerCase);
  const ipv4 = lowerCase(name.labels.at(-2)!) === 'in-addr';
  const digits = ipv4 ? /^(0|[1-9]\d{0,2})$/ : /^[0-9a-f]$/;
  const wanted = ipv4 ? 4 : 32;
  if (parts.length > wanted || !parts.every((part) => digits.test(part) && (!ipv4 || Number(part) < 256))) {
    return { form: 'nothing', domain };
  }
  if (parts.length < wanted) return { form: 'between', place: { domain } };
  const octets = ipv4 ? Buffer.from(parts.reverse().map(Number)) : Buffer.from(parts.reverse().join(''), 'hex');
  return { form: 'reverse', address: addressText(octets), domain };
}

function longestMatch(name: Name, zones: readonly Name[]): Name | undefined {
  let longest: Name | undefined;
  for (const zone of zones) {
    if (name.isWithin(zone) && zone.labels.length > (longest?.labels.length ?? -1)) longest = zone;
  }
  return longest;
}

function isText(label: string): boolean {
  return !label.includes('.') && !textOf(label).includes('\ufffd');
}

/** The text that a label's octets are in UTF-8, in the lower case that registered names are compared in. */
function textOf(label: string): string {
  if (!/[\x80-\xff]/.test(label)) return lowerCase(label);
  return Buffer.from(label, 'latin1').toString('utf8').toLowerCase();
}
