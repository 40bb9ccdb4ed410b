import { parseMessage } from '../wire/message.js';
import type { Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import type { Question } from '../wire/question.js';

export type Transport = 'udp' | 'tcp';

interface QueryHead {
  readonly id: number;
  /** Recursion desired: only echoed. */
  readonly rd: boolean;
  readonly transport: Transport;
  readonly opt?: Opt;
}

/** A well-formed query with opcode QUERY. */
export interface Query extends QueryHead {
  readonly question: Question;
}

/** A query without a question: good for nothing but to ask for a cookie (RFC 7873 section 5.4). */
export interface CookieQuery extends QueryHead {
  readonly question?: undefined;
  readonly opt: Opt;
}

/**
 * Parses a query: exactly one question (RFC 9619), and besides it nothing but at most one OPT record; or an OPT record alone.
 *
 * @throws ParseError when it is anything else
 */
export function parseQuery(bytes: Buffer, transport: Transport): Query | CookieQuery {
  const { id, rd, questions, answers, authority, additional, opt } = parseMessage(bytes);
  const [question] = questions;
  if (questions.length > 1) throw new ParseError(`${questions.length} questions`, 4);
  if (answers.length + authority.length + additional.length > 0) throw new ParseError('records in a query', 6);
  if (question) return { id, rd, question, transport, ...(opt && { opt }) };
  if (!opt) throw new ParseError('no question', 4);
  return { id, rd, transport, opt };
}
