import { TYPE } from '../codes.js';
import { buildName, parseName, type Name } from '../name.js';
import type { RecordCodec } from './codec.js';

/** A server that answers for the zone (RFC 1035 section 3.3.11). */
export interface NS {
  readonly target: Name;
}

export const ns: RecordCodec<NS> = {
  code: TYPE.NS,
  parse: (reader) => ({ target: parseName(reader) }),
  build: (writer, { target }) => buildName(writer, target),
};
