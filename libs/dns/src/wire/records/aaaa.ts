import { addressOctets, addressText } from '../address.js';
import { TYPE } from '../codes.js';
import type { RecordCodec } from './codec.js';

/** An IPv6 address (RFC 3596 section 2.2). */
export interface AAAA {
  readonly address: string;
}

export const aaaa: RecordCodec<AAAA> = {
  code: TYPE.AAAA,
  parse: (reader) => ({ address: addressText(reader.octets(16)) }),
  build: (writer, { address }) => writer.octets(addressOctets(address)!),
};
