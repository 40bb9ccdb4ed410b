import type { Entry } from '../entry.js';
import type { Inspection } from '../store.js';

/**
 * What Redis holds for a key: one line, and behind its line feed the body. A tombstone or a mark ends after the nonce.
 *
 * ```text
 * V 12 kq3xZr0a-YpLw91v 68525dcfb10e115fkq3xZr0aYpLw91vQ.GzX0… "12" …\n{"id":7,…
 * |  |        |                     |                           |    |
 * |  version  nonce                 stamp: epoch.generation…    |    note, if there is one
 * |                                                             entity tag
 * V value, A absent, T tombstone or mark (version 0)
 * ```
 */
const VALUE = 'V'.charCodeAt(0);
const ABSENT = 'A'.charCodeAt(0);
const LINE_FEED = 10;

/** What an entity tag may be made of, so that it cannot end the line (RFC 9110 section 8.8.3). */
const ETAG = /^[\x21-\x7e\x80-\xff]*$/;

/** What a note may be made of, for the same reason. */
const NOTE = /^[\x20-\x7e]+$/;

/** @throws TypeError when the version, the entity tag or the note is none */
export function buildValue({ version, body, etag, note }: Entry, nonce: string, stamp: string): Buffer {
  if (!Number.isSafeInteger(version) || version < 0) throw new TypeError(`${version} is no version`);
  if (!ETAG.test(etag)) throw new TypeError(`${JSON.stringify(etag)} is no entity tag`);
  if (note !== undefined && !NOTE.test(note)) throw new TypeError(`${JSON.stringify(note)} is no note`);
  const words = [body ? 'V' : 'A', version, nonce, stamp, etag, ...(note === undefined ? [] : [note])];
  const line = Buffer.from(`${words.join(' ')}\n`, 'latin1');
  return body ? Buffer.concat([line, body]) : line;
}

/** The entry that a value holds; undefined when it holds none, or belongs to other generations than those of `stamp`. */
export function parseValue(value: Buffer, stamp: string | undefined): Entry | undefined {
  if (value[0] !== VALUE && value[0] !== ABSENT) return undefined;
  const end = value.indexOf(LINE_FEED);
  const [, version, , storedStamp, etag, ...note] = value.toString('latin1', 0, end).split(' ');
  if (stamp === undefined || storedStamp !== stamp) return undefined;
  const body = value[0] === VALUE ? value.subarray(end + 1) : undefined;
  return { version: Number(version), body, etag: etag!, ...(note.length > 0 && { note: note.join(' ') }) };
}

/** What an operator wants to know of a value. */
export function describeValue(value: Buffer, stamp: string | undefined): Omit<Inspection, 'ttlMs'> {
  const end = value.indexOf(LINE_FEED);
  const line = value.toString('latin1', 0, end < 0 ? value.length : end);
  const [kind, version = '0', , storedStamp, etag = ''] = line.split(' ');
  return {
    kind: kind === 'V' ? 'value' : kind === 'A' ? 'absent' : version === '0' ? 'mark' : 'tombstone',
    version: Number(version),
    etag,
    octets: kind === 'V' ? value.length - end - 1 : 0,
    current: storedStamp !== undefined && storedStamp === stamp,
  };
}
