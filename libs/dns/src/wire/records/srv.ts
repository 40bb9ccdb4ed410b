import { TYPE } from '../codes.js';
import { buildPlainName, parseName, type Name } from '../name.js';
import type { RecordCodec } from './codec.js';

/** Where a service runs (RFC 2782). */
export interface SRV {
  /** 0 to 65535; clients try the lowest first. */
  readonly priority: number;
  /** 0 to 65535; the share among targets of one priority. */
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}

export const srv: RecordCodec<SRV> = {
  code: TYPE.SRV,
  // Compressed targets are forbidden, but old servers send them, so they are read.
  parse: (reader) => ({
    priority: reader.uint16(),
    weight: reader.uint16(),
    port: reader.uint16(),
    target: parseName(reader),
  }),
  build(writer, { priority, weight, port, target }) {
    writer.uint16(priority);
    writer.uint16(weight);
    writer.uint16(port);
    buildPlainName(writer, target);
  },
};
