import { FLAG, HEADER_LENGTH } from '../wire/codes.js';
import { parseHeader } from '../wire/header.js';
import { className, rcodeName, typeName } from '../wire/mnemonics.js';
import { ParseError } from '../wire/parse-error.js';
import { parseQuestion, type Question } from '../wire/question.js';
import { Reader } from '../wire/reader.js';
import type { Transport } from '../zone/query.js';
import type { Log } from './log.js';
import type { Client, Observer } from './observer.js';

/**
 * Logs a random share of the queries, a line each, with what is needed to ask again: who asked what, and what was answered.
 *
 * @param share above 0; 1 logs every query
 */
export function queryLog(log: Log, share: number, random: () => number = Math.random): NonNullable<Observer['see']> {
  return (query, reply, transport, from) => {
    if (share < 1 && random() >= share) return;
    log.info(details(query, reply, transport, from), 'query');
  };
}

function details(query: Buffer, reply: Buffer, transport: Transport, from: Client): object {
  const { id, rcode, counts } = parseHeader(new Reader(reply));
  const question = questionOf(query);
  return {
    client: from.address,
    port: from.port,
    proto: transport,
    id,
    ...(question && {
      qname: question.name.toString(),
      qtype: typeName(question.type),
      qclass: className(question.class),
    }),
    flags: flagNames(reply),
    rcode: rcodeName(rcode),
    answers: counts.answers,
    query_octets: query.length,
    reply_octets: reply.length,
  };
}

function questionOf(query: Buffer): Question | undefined {
  if (query.readUInt16BE(4) === 0) return undefined;
  try {
    return parseQuestion(new Reader(query, HEADER_LENGTH));
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** The flags of a message as dig shows them. */
function flagNames(message: Buffer): string {
  const flags = message.readUInt16BE(2);
  const set = Object.entries(FLAG).filter(([, bit]) => (flags & bit) !== 0);
  return set.map(([name]) => name.toLowerCase()).join(' ');
}
