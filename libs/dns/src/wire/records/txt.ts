import { TYPE } from '../codes.js';
import type { RecordCodec } from './codec.js';

/** The most octets of one character string (RFC 1035 section 3.3). */
const MAX_STRING = 255;

/** Text in one or more character strings (RFC 1035 section 3.3.14). */
export interface TXT {
  /** At least one; each of at most 255 octets. Readers join them. */
  readonly strings: readonly Buffer[];
}

export const txt: RecordCodec<TXT> = {
  code: TYPE.TXT,
  parse(reader) {
    const strings: Buffer[] = [];
    do strings.push(reader.octets(reader.uint8()));
    while (reader.remaining > 0);
    return { strings };
  },
  build(writer, { strings }) {
    for (const string of strings) {
      writer.uint8(string.length);
      writer.octets(string);
    }
  },
};

/** The data of a TXT record that holds `text` in UTF-8, cut into strings of 255 octets. */
export function txtOf(text: string): TXT {
  const octets = Buffer.from(text, 'utf8');
  const strings: Buffer[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += MAX_STRING) strings.push(octets.subarray(at, at + MAX_STRING));
  return { strings };
}
