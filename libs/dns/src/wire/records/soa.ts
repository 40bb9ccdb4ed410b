import { TYPE } from '../codes.js';
import { buildName, parseName, type Name } from '../name.js';
import type { RecordCodec } from './codec.js';

/** The head of a zone (RFC 1035 section 3.3.13). Times in seconds. */
export interface SOA {
  /** The zone's first server. */
  readonly mname: Name;
  /** The mailbox of who runs it, its `@` written as a dot. */
  readonly rname: Name;
  /** Grows with each change of the zone; compared in 32-bit serial arithmetic (RFC 1982). */
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long "there is no such name" may be kept (RFC 2308 section 4). */
  readonly minimum: number;
}

export const soa: RecordCodec<SOA> = {
  code: TYPE.SOA,
  parse: (reader) => ({
    mname: parseName(reader),
    rname: parseName(reader),
    serial: reader.uint32(),
    refresh: reader.uint32(),
    retry: reader.uint32(),
    expire: reader.uint32(),
    minimum: reader.uint32(),
  }),
  build(writer, { mname, rname, serial, refresh, retry, expire, minimum }) {
    buildName(writer, mname);
    buildName(writer, rname);
    for (const number of [serial, refresh, retry, expire, minimum]) writer.uint32(number);
  },
};
