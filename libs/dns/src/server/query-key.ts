import { randomInt } from 'node:crypto';
import { HEADER_LENGTH, OPTION, TYPE } from '../wire/codes.js';
import { MAX_LABEL, MAX_NAME } from '../wire/name.js';
import type { Transport } from '../zone/query.js';
import { udpLimit } from '../zone/edns.js';

/** Octets of a question behind its name: type and class. */
const QUESTION_TAIL = 4;

/** Octets of an OPT record before its options. */
const OPT_HEAD = 11;

/** FNV-1a's factor for 32 bits. */
const HASH_FACTOR = 0x01000193;

/** FNV-1a's start: another one in each process, so that nobody can prepare questions of equal hash. */
const HASH_START = randomInt(2 ** 32);

/**
 * What a reply depends on besides the zone: the question without regard to letter case, and the shape of the query (transport, EDNS, size, DO).
 * Read from the query where it lies, into fields that are used again for the next one: nothing is allocated.
 */
export class QueryKey {
  /** Of the question and the shape; fits a small integer of the engine. */
  hash = 0;
  shape = 0;
  /** One past the last octet of the question's name. */
  nameEnd = 0;
  /** One past the last octet of the question. */
  questionEnd = 0;

  /**
   * @param bytes a query with a whole header
   * @returns false when it is not of the plain form that most queries have; such a one is parsed in full and not cached
   */
  read(bytes: Buffer, transport: Transport): boolean {
    return hasPlainCounts(bytes) && this.#readQuestion(bytes) && this.#readShape(bytes, transport);
  }

  #readQuestion(bytes: Buffer): boolean {
    let hash = HASH_START;
    let at = HEADER_LENGTH;
    for (let octet = bytes[at]; octet !== 0; octet = bytes[at]) {
      if (octet === undefined || octet > MAX_LABEL) return false;
      const end = at + 1 + octet;
      for (; at < end; at++) hash = Math.imul(hash ^ lower(bytes[at] ?? 0), HASH_FACTOR);
    }
    this.nameEnd = at + 1;
    this.questionEnd = this.nameEnd + QUESTION_TAIL;
    if (this.nameEnd - HEADER_LENGTH > MAX_NAME || this.questionEnd > bytes.length) return false;
    this.hash = Math.imul(hash ^ bytes.readUInt16BE(this.nameEnd), HASH_FACTOR);
    return true;
  }

  /** Shapes: 0 or 1 without EDNS over UDP or TCP; else the size limit, DO and the transport, one beside the other. */
  #readShape(bytes: Buffer, transport: Transport): boolean {
    const tcp = transport === 'tcp' ? 1 : 0;
    this.shape = tcp;
    if (bytes[11] === 1) {
      const at = this.questionEnd;
      if (!hasPlainOpt(bytes, at)) return false;
      const limit = tcp ? 0 : udpLimit(bytes.readUInt16BE(at + 3));
      const dnssecOk = bytes[at + 7]! >> 7;
      this.shape = (limit << 3) | (dnssecOk << 2) | 2 | tcp;
    }
    this.hash = (this.hash ^ this.shape) & 0x3fff_ffff;
    return true;
  }
}

/** The letters A to Z in lower case. Lengths of labels are below them. */
export function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** One question, no records but at most one additional. */
function hasPlainCounts(bytes: Buffer): boolean {
  return bytes.readUInt32BE(4) === 0x0001_0000 && bytes.readUInt32BE(8) <= 1;
}

/** Whether an OPT record of version 0 stands at `at` whose options do not change the reply. */
function hasPlainOpt(bytes: Buffer, at: number): boolean {
  if (at + OPT_HEAD > bytes.length || bytes[at] !== 0 || bytes.readUInt16BE(at + 1) !== TYPE.OPT) return false;
  if (bytes[at + 6] !== 0) return false;
  const end = at + OPT_HEAD + bytes.readUInt16BE(at + 9);
  let option = at + OPT_HEAD;
  if (end > bytes.length) return false;
  while (option + 4 <= end) {
    const code = bytes.readUInt16BE(option);
    if (code === OPTION.CLIENT_SUBNET || code === OPTION.NSID) return false;
    option += 4 + bytes.readUInt16BE(option + 2);
  }
  return option === end;
}
