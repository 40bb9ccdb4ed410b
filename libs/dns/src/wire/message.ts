import { MAX_MESSAGE, TYPE } from './codes.js';
import { buildHeader, parseHeader, type Header } from './header.js';
import { buildOpt, parseOpt, type Opt } from './opt.js';
import { buildQuestion, parseQuestion, type Question } from './question.js';
import { buildRecord, parseRecord, type ResourceRecord } from './record.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** Octets of the smallest question and the smallest record: a root name and the fixed fields. */
const MIN_QUESTION = 5;
const MIN_RECORD = 11;

/** A whole DNS message. */
export interface Message extends Header {
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without the OPT record. */
  readonly additional: readonly ResourceRecord[];
  /** What EDNS says, from the OPT record among the additional ones. */
  readonly opt?: Opt;
}

/**
 * Parses a message; octets after its last record are ignored.
 *
 * @throws ParseError, and nothing else, whatever the bytes are. Takes time in proportion to their number.
 */
export function parseMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes);
  const { counts, ...header } = parseHeader(reader);
  const records = counts.answers + counts.authority + counts.additional;
  // Counts that cannot be true cost nothing: no loop begins.
  if (counts.questions * MIN_QUESTION + records * MIN_RECORD > reader.remaining) {
    reader.fail('message is too short for its counts');
  }
  const questions = parseEach(reader, counts.questions, parseQuestion);
  const answers = parseEach(reader, counts.answers, parseRecordOnly);
  const authority = parseEach(reader, counts.authority, parseRecordOnly);
  const additional: ResourceRecord[] = [];
  let opt: Opt | undefined;
  for (let i = 0; i < counts.additional; i++) {
    if (!atOpt(reader)) additional.push(parseRecordOnly(reader));
    else if (opt) reader.fail('a second OPT record');
    else opt = parseOpt(reader);
  }
  return { ...header, questions, answers, authority, additional, ...(opt && { opt }) };
}

/**
 * Builds a message with its names compressed, the OPT record last.
 *
 * @throws RangeError when it takes more than 65535 octets
 */
export function buildMessage(message: Message): Buffer {
  const writer = new Writer();
  buildHeader(writer, message, {
    questions: message.questions.length,
    answers: message.answers.length,
    authority: message.authority.length,
    additional: message.additional.length + (message.opt ? 1 : 0),
  });
  for (const question of message.questions) buildQuestion(writer, question);
  for (const section of [message.answers, message.authority, message.additional]) {
    for (const each of section) buildRecord(writer, each);
  }
  if (message.opt) buildOpt(writer, message.opt);
  if (writer.length > MAX_MESSAGE) throw new RangeError(`a message of ${writer.length} octets`);
  return writer.toBuffer();
}

function parseEach<T>(reader: Reader, count: number, parse: (reader: Reader) => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(parse(reader));
  return items;
}

/** A record that is no OPT: that has its place in the additional section, and the root as its owner (RFC 6891 section 6.1). */
function parseRecordOnly(reader: Reader): ResourceRecord {
  const start = reader.offset;
  const parsed = parseRecord(reader);
  if (parsed.type === TYPE.OPT) reader.fail('OPT record out of place', start);
  return parsed;
}

/** Whether a well-placed OPT record comes next. */
function atOpt(reader: Reader): boolean {
  const { bytes, offset } = reader;
  return reader.remaining >= 3 && bytes[offset] === 0 && bytes.readUInt16BE(offset + 1) === TYPE.OPT;
}
