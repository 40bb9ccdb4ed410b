import { FLAG, HEADER_LENGTH, OPCODE, RCODE } from '../wire/codes.js';
import { parseMessage } from '../wire/message.js';
import { buildOpt, optLength, type Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import { buildQuestion, parseQuestion } from '../wire/question.js';
import { buildRecord, type ResourceRecord } from '../wire/record.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import type { AnswerKind, AnswerRecord, ExtendedError } from './answer.js';
import { replyOpt, replyOptions, type OptionSettings } from './edns.js';
import { answerLimit, sizeLimit } from './limits.js';
import type { ZoneOptions } from './options.js';
import type { CookieQuery, Query } from './query.js';

export type ReplyOptions = Pick<ZoneOptions, 'udpAnswerLimit' | 'enableTruncate'> & OptionSettings;

/** The sections of a reply before they are cut to size. */
interface Sections {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly AnswerRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly error?: ExtendedError | undefined;
}

/** Building a reply waits for nothing, so there is only one at a time. */
const WRITER = new Writer();

const EMPTY = { authoritative: true, answers: [], authority: [], additional: [] } as const;

/**
 * Builds the reply to a query.
 *
 * @throws ParseError when an option of the query is malformed
 */
export function buildReply(query: Query, answer: AnswerKind, options: ReplyOptions): Buffer {
  const sections = sectionsOf(answer);
  const { opt } = query;
  const reply = opt && replyOpt(opt, 0, replyOptions({ ...query, opt }, options, sections.error));
  return buildSections(query, sections, reply, options);
}

/** The reply to a query for a cookie alone, whose room it has (RFC 7873 section 5.4). */
export function buildCookieReply(query: CookieQuery, options: ReplyOptions): Buffer {
  const sections = { ...EMPTY, rcode: RCODE.NOERROR, authoritative: false };
  return buildSections(query, sections, replyOpt(query.opt, 0, replyOptions(query, options, undefined)), options);
}

/** The reply to an EDNS version above 0 (RFC 6891 section 6.1.3). */
export function buildBadVersion(query: (Query | CookieQuery) & { readonly opt: Opt }, options: ReplyOptions): Buffer {
  const sections = { ...EMPTY, rcode: RCODE.BADVERS & 15, authoritative: false };
  return buildSections(query, sections, replyOpt(query.opt, RCODE.BADVERS >> 4, []), options);
}

/**
 * The reply to a query that cannot be answered: its header, which must be there, and of its only question and its OPT record what parses. A
 * client that gets no OPT record for its own would take the server for one without EDNS (RFC 6891 section 7).
 */
export function buildError(bytes: Buffer, rcode: number): Buffer {
  const question = bytes.readUInt16BE(4) === 1 ? questionOf(bytes) : undefined;
  const opt = optOf(bytes);
  const writer = WRITER;
  writer.reset();
  writer.uint16(bytes.readUInt16BE(0));
  writer.uint16(FLAG.QR | (bytes.readUInt16BE(2) & (FLAG.RD | 0x7800)) | rcode);
  for (const count of [question ? 1 : 0, 0, 0, opt ? 1 : 0]) writer.uint16(count);
  if (question) writer.octets(question);
  if (opt) buildOpt(writer, replyOpt(opt, 0, []));
  return writer.toBuffer();
}

/** The reply to an operation other than a query: its header alone (RFC 8906 section 3.1.4). */
export function buildNotImplemented(bytes: Buffer): Buffer {
  const reply = Buffer.alloc(HEADER_LENGTH);
  reply.writeUInt16BE(bytes.readUInt16BE(0), 0);
  reply.writeUInt16BE(FLAG.QR | (bytes.readUInt16BE(2) & 0x7800) | RCODE.NOTIMP, 2);
  return reply;
}

/** The one switch from the kind of an answer to the sections of a message. */
function sectionsOf(answer: AnswerKind): Sections {
  const { error } = answer;
  switch (answer.kind) {
    case 'records':
      return {
        ...EMPTY,
        rcode: RCODE.NOERROR,
        answers: answer.answers.slice(0, answer.limit),
        authority: answer.authority ?? [],
        error,
      };
    case 'no data':
      return { ...EMPTY, rcode: RCODE.NOERROR, authority: [answer.soa], additional: answer.additional ?? [], error };
    case 'no name':
      return { ...EMPTY, rcode: RCODE.NXDOMAIN, authority: [answer.soa], error };
    case 'refused':
      return { ...EMPTY, rcode: RCODE.REFUSED, authoritative: false, error };
    case 'not implemented':
      return { ...EMPTY, rcode: RCODE.NOTIMP, error };
  }
}

/**
 * The one place where a reply is cut to size. Records are whole or not there. First the answers, and TC when one of them had to stay away; then
 * authority; then what is only a help, as long as there is room, without TC (RFC 2181 section 9). The OPT record always fits.
 */
function buildSections(
  query: Query | CookieQuery,
  sections: Sections,
  opt: Opt | undefined,
  options: ReplyOptions,
): Buffer {
  const writer = WRITER;
  writer.reset();
  for (let i = 0; i < HEADER_LENGTH; i += 4) writer.uint32(0);
  if (query.question) buildQuestion(writer, query.question);
  const room = sizeLimit(query) - (opt ? optLength(opt) : 0);
  const most = answerLimit(query, options);
  const answers = fit(
    writer,
    sections.answers.slice(0, most).map(({ record }) => record),
    room,
  );
  const cut = answers < sections.answers.length;
  const authority = cut ? 0 : fitWhole(writer, recordSets(sections.authority), room);
  const truncated = cut || authority < sections.authority.length;
  const helpful = sections.answers.slice(0, answers).flatMap(({ additional }) => additional);
  const additional = fitWhole(writer, recordSets([...helpful, ...sections.additional]), room);
  if (opt) buildOpt(writer, opt);
  const flags =
    FLAG.QR |
    (OPCODE.QUERY << 11) |
    (sections.authoritative ? FLAG.AA : 0) |
    (truncated && options.enableTruncate ? FLAG.TC : 0) |
    (query.rd ? FLAG.RD : 0) |
    sections.rcode;
  writer.patch16(0, query.id);
  writer.patch16(2, flags);
  writer.patch16(4, query.question ? 1 : 0);
  writer.patch16(6, answers);
  writer.patch16(8, authority);
  writer.patch16(10, additional + (opt ? 1 : 0));
  return writer.toBuffer();
}

/** Builds records up to the first that does not fit. @returns how many */
function fit(writer: Writer, records: readonly ResourceRecord[], room: number): number {
  let count = 0;
  while (count < records.length && fits(writer, records[count]!, room)) count++;
  return count;
}

/** Builds each of the record sets that fits, whole or not at all (RFC 2181 section 9). @returns how many records */
function fitWhole(writer: Writer, sets: Iterable<readonly ResourceRecord[]>, room: number): number {
  let count = 0;
  for (const set of sets) {
    const mark = writer.mark();
    if (fit(writer, set, room) === set.length) count += set.length;
    else writer.rollback(mark);
  }
  return count;
}

/** Builds a record, or nothing when the message would become longer than `room`. */
function fits(writer: Writer, record: ResourceRecord, room: number): boolean {
  const mark = writer.mark();
  buildRecord(writer, record);
  if (writer.length <= room) return true;
  writer.rollback(mark);
  return false;
}

/** Records by owner and type, each record once: two instances at one address bring the same ones. */
function recordSets(records: readonly ResourceRecord[]): Iterable<readonly ResourceRecord[]> {
  const sets = new Map<string, ResourceRecord[]>();
  for (const record of records) {
    const key = `${record.type} ${record.name.labels.join('.')}`;
    const set = sets.get(key);
    if (!set) sets.set(key, [record]);
    else if (!set.some((other) => dataKey(other) === dataKey(record))) set.push(record);
  }
  return sets.values();
}

function dataKey({ data }: ResourceRecord): string {
  return 'address' in data ? data.address : JSON.stringify(data);
}

/** The octets of the first question, if it parses. */
function questionOf(bytes: Buffer): Buffer | undefined {
  const reader = new Reader(bytes, HEADER_LENGTH);
  return unlessMalformed(() => {
    parseQuestion(reader);
    return bytes.subarray(HEADER_LENGTH, reader.offset);
  });
}

/** What the OPT record says, if the whole message parses. */
function optOf(bytes: Buffer): Opt | undefined {
  return unlessMalformed(() => parseMessage(bytes).opt);
}

function unlessMalformed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
