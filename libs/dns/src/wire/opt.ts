import { TYPE } from './codes.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** The bit "DNSSEC OK" among an OPT record's flags (RFC 3225); the other 15 bits have no use here and are never sent. */
const DO = 0x8000;

/** An EDNS option (RFC 6891 section 6.1.2). */
export interface Option {
  readonly code: number;
  readonly data: Buffer;
}

/** The OPT pseudo-record: what EDNS adds to a message (RFC 6891 section 6.1). */
export interface Opt {
  /** The largest datagram that the sender takes. */
  readonly udpSize: number;
  /** The upper eight bits of the response code. */
  readonly extendedRcode: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly Option[];
}

/** Octets that building `opt` takes. */
export function optLength(opt: Opt): number {
  return opt.options.reduce((length, { data }) => length + 4 + data.length, 11);
}

/** Parses an OPT record whose owner is known to be the root. */
export function parseOpt(reader: Reader): Opt {
  reader.uint8();
  reader.uint16();
  const udpSize = reader.uint16();
  const extendedRcode = reader.uint8();
  const version = reader.uint8();
  const dnssecOk = (reader.uint16() & DO) !== 0;
  const end = reader.uint16() + reader.offset;
  if (end > reader.end) reader.fail('OPT record runs past the end of the message');
  const options: Option[] = [];
  while (reader.offset < end) options.push({ code: reader.uint16(), data: reader.octets(reader.uint16()) });
  if (reader.offset > end) reader.fail('option runs past its OPT record');
  return { udpSize, extendedRcode, version, dnssecOk, options };
}

export function buildOpt(writer: Writer, opt: Opt): void {
  writer.uint8(0); // its owner is the root
  writer.uint16(TYPE.OPT);
  writer.uint16(opt.udpSize);
  writer.uint8(opt.extendedRcode);
  writer.uint8(opt.version);
  writer.uint16(opt.dnssecOk ? DO : 0);
  writer.uint16(optLength(opt) - 11);
  for (const { code, data } of opt.options) {
    writer.uint16(code);
    writer.uint16(data.length);
    writer.octets(data);
  }
}
