import { CLASS } from './codes.js';
import { buildName, parseName, type Name } from './name.js';
import { knownType, RECORD_TYPES, type DataOf, type KnownType } from './record-types.js';
import type { RecordCodec } from './records/codec.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

interface RecordHead {
  /** Its owner. */
  readonly name: Name;
  readonly class: number;
  /** Seconds that it may be kept. */
  readonly ttl: number;
}

/** A record of one known type. */
export interface RecordOf<T extends KnownType> extends RecordHead {
  readonly type: T;
  readonly data: DataOf<T>;
}

/** A record of a type that is not understood, by its number; its data is opaque (RFC 3597). */
export interface OpaqueRecord extends RecordHead {
  readonly type: number;
  readonly data: Buffer;
}

/** A resource record (RFC 1035 section 4.1.3). */
export type ResourceRecord = { [T in KnownType]: RecordOf<T> }[KnownType] | OpaqueRecord;

/** A record of class IN. */
export function record<T extends KnownType>(name: Name, type: T, ttl: number, data: DataOf<T>): ResourceRecord {
  return { name, type, class: CLASS.IN, ttl, data } as ResourceRecord;
}

/** The number of a record's type. */
export function typeCode(type: KnownType | number): number {
  return typeof type === 'number' ? type : RECORD_TYPES[type].code;
}

export function parseRecord(reader: Reader): ResourceRecord {
  const name = parseName(reader);
  const code = reader.uint16();
  const recordClass = reader.uint16();
  const ttl = reader.uint32();
  const length = reader.uint16();
  if (length > reader.remaining) reader.fail('record data runs past the end of the message');
  const type = knownType(code);
  const data = type === undefined ? reader.octets(length) : parseData(reader, RECORD_TYPES[type], length);
  return { name, type: type ?? code, class: recordClass, ttl, data } as ResourceRecord;
}

export function buildRecord(writer: Writer, { name, type, class: recordClass, ttl, data }: ResourceRecord): void {
  buildName(writer, name);
  writer.uint16(typeCode(type));
  writer.uint16(recordClass);
  writer.uint32(ttl);
  const lengthAt = writer.length;
  writer.uint16(0);
  if (typeof type === 'number') writer.octets(data as Buffer);
  else (RECORD_TYPES[type] as RecordCodec<unknown>).build(writer, data);
  writer.patch16(lengthAt, writer.length - lengthAt - 2);
}

/** Parses data of a known length, which must be used up: a shorter reading would hide octets, a longer one would read others'. */
function parseData(reader: Reader, codec: RecordCodec<unknown>, length: number): unknown {
  const messageEnd = reader.end;
  reader.end = reader.offset + length;
  const data = codec.parse(reader);
  if (reader.remaining > 0) reader.fail(`${reader.remaining} octets left over in record data`);
  reader.end = messageEnd;
  return data;
}
