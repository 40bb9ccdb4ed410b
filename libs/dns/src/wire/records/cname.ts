import { TYPE } from '../codes.js';
import { buildName, parseName, type Name } from '../name.js';
import type { RecordCodec } from './codec.js';

/** The name that the owner is an alias of (RFC 1035 section 3.3.1). */
export interface CNAME {
  readonly target: Name;
}

export const cname: RecordCodec<CNAME> = {
  code: TYPE.CNAME,
  parse: (reader) => ({ target: parseName(reader) }),
  build: (writer, { target }) => buildName(writer, target),
};
