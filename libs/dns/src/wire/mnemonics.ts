import { CLASS, RCODE, TYPE } from './codes.js';

/** Types that are only asked for here, beside those of `TYPE`: the ones that are common on the wire (IANA "Resource Record (RR) TYPEs"). */
const ASKED_TYPES = {
  MX: 15,
  NAPTR: 35,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  CAA: 257,
};

const TYPES = namesOf({ ...TYPE, ...ASKED_TYPES });
const CLASSES = namesOf({ ...CLASS, ANY: 255 });
const RCODES = namesOf(RCODE);

/** The name of a type, such as `SRV`; undefined for one that is not common. */
export function commonTypeName(code: number): string | undefined {
  return TYPES.get(code);
}

/** The name of a type, such as `SRV`, or else `TYPE65280` (RFC 3597 section 5). */
export function typeName(code: number): string {
  return TYPES.get(code) ?? `TYPE${code}`;
}

/** The name of a class, such as `IN`, or else `CLASS254` (RFC 3597 section 5). */
export function className(code: number): string {
  return CLASSES.get(code) ?? `CLASS${code}`;
}

/** The name of a response code, such as `NXDOMAIN`, or else `RCODE11`. */
export function rcodeName(code: number): string {
  return RCODES.get(code) ?? `RCODE${code}`;
}

function namesOf(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name]));
}
