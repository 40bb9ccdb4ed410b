import { randomInt } from 'node:crypto';
import { HEADER_LENGTH, OPTION, TYPE } from '../wire/codes.js';
import { MAX_LABEL, MAX_NAME } from '../wire/name.js';
import { isCookieLength } from '../zone/cookie-option.js';
import { udpLimit } from '../zone/edns.js';
import type { Transport } from '../zone/query.js';

/** Octets of a question behind its name: type and class. */
const QUESTION_TAIL = 4;

/** Octets of an OPT record before its options. */
const OPT_HEAD = 11;

/** FNV-1a's factor for 32 bits. */
const HASH_FACTOR = 0x01000193;

/** FNV-1a's start: another one in each process, so that nobody can prepare questions of equal hash. */
const HASH_START = randomInt(2 ** 32);

/** Octets with the letters A to Z in lower case. Lengths of labels are below them. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet,
);

/**
 * What a reply depends on besides the zone: the question without regard to letter case, and the shape of the query (transport, EDNS, size, DO,
 * cookie). Read from the query where it lies, into fields that are used again for the next one: nothing is allocated. All offsets count from the
 * begin of the buffer, in which the message may lie anywhere.
 */
export class QueryKey {
  /** Of the question and the shape; fits a small integer of the engine. */
  hash = 0;
  shape = 0;
  /** Of the question; 0 when none could be read. */
  type = 0;
  dnssecOk = false;
  /** The first octet of the message, and one past its last. */
  start = 0;
  end = 0;
  /** One past the last octet of the question's name. */
  nameEnd = 0;
  /** One past the last octet of the question. */
  questionEnd = 0;
  /** The first octet of the client's cookie; 0 when it sent none. */
  cookie = 0;

  /**
   * @param bytes holds a query with a whole header from `start` to `end`
   * @returns false when it is not of the plain form that most queries have; such a one is parsed in full and not cached
   */
  read(bytes: Buffer, start: number, end: number, transport: Transport): boolean {
    this.start = start;
    this.end = end;
    this.type = 0;
    this.dnssecOk = false;
    this.cookie = 0;
    return hasPlainCounts(bytes, start) && this.#readQuestion(bytes) && this.#readShape(bytes, transport);
  }

  /** Whether there are capital letters among the last `octets` of the question's name. */
  endsInCapitals(bytes: Buffer, octets: number): boolean {
    const first = Math.max(this.nameEnd - octets, this.start + HEADER_LENGTH);
    for (let at = first; at < this.nameEnd; at++) if (LOWER[bytes[at]!] !== bytes[at]) return true;
    return false;
  }

  #readQuestion(bytes: Buffer): boolean {
    const { end } = this;
    const nameStart = this.start + HEADER_LENGTH;
    let hash = HASH_START;
    let at = nameStart;
    if (at >= end) return false;
    for (let octet = bytes[at]!; octet !== 0; octet = bytes[at]!) {
      const labelEnd = at + 1 + octet;
      if (octet > MAX_LABEL || labelEnd >= end) return false;
      for (; at < labelEnd; at++) hash = Math.imul(hash ^ LOWER[bytes[at]!]!, HASH_FACTOR);
    }
    this.nameEnd = at + 1;
    this.questionEnd = this.nameEnd + QUESTION_TAIL;
    if (this.nameEnd - nameStart > MAX_NAME || this.questionEnd > end) return false;
    this.type = uint16(bytes, this.nameEnd);
    this.hash = Math.imul(hash ^ this.type, HASH_FACTOR);
    return true;
  }

  /** Shapes: 0 or 1 without EDNS over UDP or TCP; else the size limit, DO, cookie and the transport, one beside the other. */
  #readShape(bytes: Buffer, transport: Transport): boolean {
    const tcp = transport === 'tcp' ? 1 : 0;
    this.shape = tcp;
    if (bytes[this.start + 11] === 1) {
      const at = this.questionEnd;
      if (!this.#readOptions(bytes, at, transport)) return false;
      const limit = tcp ? 0 : udpLimit(uint16(bytes, at + 3));
      const dnssecOk = bytes[at + 7]! >> 7;
      this.dnssecOk = dnssecOk === 1;
      this.shape = (limit << 4) | (dnssecOk << 3) | (this.cookie > 0 ? 4 : 0) | 2 | tcp;
    }
    this.hash = (this.hash ^ Math.imul(this.shape, HASH_FACTOR)) & 0x3fff_ffff;
    return true;
  }

  /** Whether an OPT record of version 0 stands at `at` whose options do not change the reply, but for a cookie. */
  #readOptions(bytes: Buffer, at: number, transport: Transport): boolean {
    let option = at + OPT_HEAD;
    if (option > this.end || bytes[at] !== 0 || uint16(bytes, at + 1) !== TYPE.OPT || bytes[at + 6] !== 0) return false;
    const end = option + uint16(bytes, at + 9);
    if (end > this.end) return false;
    while (option + 4 <= end) {
      const code = uint16(bytes, option);
      const length = uint16(bytes, option + 2);
      if (changesReply(code, transport)) return false;
      if (code === OPTION.COOKIE && this.cookie === 0) {
        if (!isCookieLength(length)) return false;
        this.cookie = option + 4;
      }
      option += 4 + length;
    }
    return option === end;
  }
}

/** One question, no records but at most one additional. */
function hasPlainCounts(bytes: Buffer, start: number): boolean {
  const records = bytes[start + 6]! | bytes[start + 7]! | bytes[start + 8]! | bytes[start + 9]! | bytes[start + 10]!;
  return bytes[start + 4] === 0 && bytes[start + 5] === 1 && records === 0 && bytes[start + 11]! <= 1;
}

/** Options with an answer of their own. */
function changesReply(code: number, transport: Transport): boolean {
  return (
    code === OPTION.CLIENT_SUBNET || code === OPTION.NSID || (code === OPTION.TCP_KEEPALIVE && transport === 'tcp')
  );
}

function uint16(bytes: Buffer, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
