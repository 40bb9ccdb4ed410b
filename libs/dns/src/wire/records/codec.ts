import type { Reader } from '../reader.js';
import type { Writer } from '../writer.js';

/** How the data of one record type is parsed and built. */
export interface RecordCodec<Data> {
  /** The type's number. */
  readonly code: number;
  /** Parses the data, which ends at `reader.end`; whatever it leaves unread makes the message malformed. */
  parse(reader: Reader): Data;
  build(writer: Writer, data: Data): void;
}
