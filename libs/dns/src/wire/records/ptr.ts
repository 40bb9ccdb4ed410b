import { TYPE } from '../codes.js';
import { buildName, parseName, type Name } from '../name.js';
import type { RecordCodec } from './codec.js';

/** A name for an address or anything else (RFC 1035 section 3.3.12). */
export interface PTR {
  readonly target: Name;
}

export const ptr: RecordCodec<PTR> = {
  code: TYPE.PTR,
  parse: (reader) => ({ target: parseName(reader) }),
  build: (writer, { target }) => buildName(writer, target),
};
