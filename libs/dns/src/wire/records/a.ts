import { addressOctets, addressText } from '../address.js';
import { TYPE } from '../codes.js';
import type { RecordCodec } from './codec.js';

/** An IPv4 address (RFC 1035 section 3.4.1). */
export interface A {
  /** In dotted decimal. */
  readonly address: string;
}

export const a: RecordCodec<A> = {
  code: TYPE.A,
  parse: (reader) => ({ address: addressText(reader.octets(4)) }),
  build: (writer, { address }) => writer.octets(addressOctets(address)!),
};
