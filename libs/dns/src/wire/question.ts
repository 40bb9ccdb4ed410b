import { buildName, parseName, type Name } from './name.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** What a query asks (RFC 1035 section 4.1.2). */
export interface Question {
  /** With the letters as they were sent. */
  readonly name: Name;
  /** The number of a record type, or of a type that only questions have, such as ANY. */
  readonly type: number;
  readonly class: number;
}

export function parseQuestion(reader: Reader): Question {
  return { name: parseName(reader), type: reader.uint16(), class: reader.uint16() };
}

export function buildQuestion(writer: Writer, question: Question): void {
  buildName(writer, question.name);
  writer.uint16(question.type);
  writer.uint16(question.class);
}
