import { HEADER_LENGTH, MAX_MESSAGE } from '../wire/codes.js';
import { PLAIN_UDP_SIZE, udpLimit } from './edns.js';
import type { ZoneOptions } from './options.js';
import type { CookieQuery, Query } from './query.js';

/** Consul never sends more answers than this to a client without EDNS. */
const MAX_PLAIN_ANSWERS = 8;

/** Octets of the smallest answer: an A record whose owner is a pointer. */
export const MIN_ANSWER = 16;

/** The most octets of a reply. */
export function sizeLimit({ transport, opt }: Query | CookieQuery): number {
  if (transport === 'tcp') return MAX_MESSAGE;
  return opt ? udpLimit(opt.udpSize) : PLAIN_UDP_SIZE;
}

/** The most answers of a reply: what its size can hold, and for clients without a larger size few, as in Consul. */
export function answerLimit(
  query: Query | CookieQuery,
  { udpAnswerLimit }: Pick<ZoneOptions, 'udpAnswerLimit'>,
): number {
  const size = sizeLimit(query);
  const held = Math.floor(size / MIN_ANSWER);
  return size > PLAIN_UDP_SIZE || udpAnswerLimit === 0 ? held : Math.min(udpAnswerLimit, MAX_PLAIN_ANSWERS);
}

/**
 * Room for the answers of a reply. Who collects answers stops at the first one beyond it: so whoever cuts the reply sees that there were more, and
 * of a service with very many instances few are looked at.
 */
export interface Room {
  readonly answers: number;
  readonly octets: number;
}

export function roomFor(query: Query, options: Pick<ZoneOptions, 'udpAnswerLimit'>): Room {
  return { answers: answerLimit(query, options), octets: sizeLimit(query) - HEADER_LENGTH };
}
