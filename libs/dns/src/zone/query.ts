import { parseMessage } from '../wire/message.js';
import type { Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import type { Question } from '../wire/question.js';

export type Transport = 'udp' | 'tcp';

/** A well-formed query with opcode QUERY. */
export interface Query {
  readonly id: number;
  /** Recursion desired: only echoed. */
  readonly rd: boolean;
  readonly question: Question;
  readonly transport: Transport;
  readonly opt?: Opt;
}

/**
 * Parses a query: exactly one question (RFC 9619), and besides it nothing but at most one OPT record.
 *
 * @throws ParseError when it is anything else
 */
export function parseQuery(bytes: Buffer, transport: Transport): Query {
  const { id, rd, questions, answers, authority, additional, opt } = parseMessage(bytes);
  const [question] = questions;
  if (!question || questions.length > 1) throw new ParseError(`${questions.length} questions`, 4);
  if (answers.length + authority.length + additional.length > 0) throw new ParseError('records in a query', 6);
  return { id, rd, question, transport, ...(opt && { opt }) };
}
