import { a } from './records/a.js';
import { aaaa } from './records/aaaa.js';
import { cname } from './records/cname.js';
import type { RecordCodec } from './records/codec.js';
import { ns } from './records/ns.js';
import { ptr } from './records/ptr.js';
import { soa } from './records/soa.js';
import { srv } from './records/srv.js';
import { txt } from './records/txt.js';

/**
 * The record types whose data is understood; all others are carried as opaque octets (RFC 3597). A new type is a file in `records/` and a
 * line here. OPT is not among them: it is no record but a part of the message (opt.ts).
 */
export const RECORD_TYPES = {
  A: a,
  NS: ns,
  CNAME: cname,
  SOA: soa,
  PTR: ptr,
  TXT: txt,
  AAAA: aaaa,
  SRV: srv,
} as const;

export type KnownType = keyof typeof RECORD_TYPES;

/** The data of a known type. */
export type DataOf<T extends KnownType> = (typeof RECORD_TYPES)[T] extends RecordCodec<infer Data> ? Data : never;

const NAMES = new Map<number, KnownType>(
  Object.entries(RECORD_TYPES).map(([name, { code }]) => [code, name as KnownType]),
);

/** The name of the known type with this number. */
export function knownType(code: number): KnownType | undefined {
  return NAMES.get(code);
}
