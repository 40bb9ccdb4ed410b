import type { FastifyReply } from 'fastify';
import { buildCursorLink, buildPageLinks, isNoneMatch } from '#libs/http';
import type { LinkedList, Representation } from './caching/cached-reads.js';
import type { Answer } from './idempotency/answers.js';
import type { List } from './lists/list.js';

/** The header `Vary` of what was read. */
export const VARY = 'Authorization';

/**
 * Sets the headers of something that was read. What is seen depends on who asks, and what was seen must be checked again
 * before it is used again: that costs a 304.
 */
export function readHeaders(reply: FastifyReply): void {
  void reply.headers({ 'cache-control': 'private, no-cache', vary: VARY });
}

/** A list that was asked for at `url`, with links to its other parts. */
export function linkList(url: string, list: List<unknown>): LinkedList {
  const link = 'next_cursor' in list ? buildCursorLink(url, list.next_cursor) : buildPageLinks(url, list);
  return { list, link };
}

/** A finished answer without the version that it shows. */
type Finished = Omit<Representation, 'version'>;

/**
 * The headers of a finished answer, but for its length: names and values in turns.
 *
 * @param isKnown whether the client has its octets already, so that it is a 304
 */
export function answerHeaders({ etag, link, cacheStatus }: Finished, isKnown: boolean, vary = VARY): string[] {
  const headers = ['cache-control', 'private, no-cache', 'vary', vary, 'etag', etag, 'cache-status', cacheStatus];
  if (link !== undefined) headers.push('link', link);
  if (!isKnown) headers.push('content-type', 'application/json; charset=utf-8');
  return headers;
}

/** Sets the headers of a finished answer. @returns what to send: its octets, or nothing with a 304 when the client has them already */
export function readReply(reply: FastifyReply, finished: Finished): Buffer | undefined {
  const isKnown = isNoneMatch(reply.request.headers['if-none-match'], finished.etag);
  const headers = answerHeaders(finished, isKnown);
  for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]);
  if (!isKnown) return finished.body;
  void reply.status(304);
  return undefined;
}

/** The representation, or nothing and a 304 when the client has it already. */
export function unlessKnown<T>(reply: FastifyReply, representation: T, etag: string): T | undefined {
  readHeaders(reply);
  void reply.header('etag', etag);
  if (!isNoneMatch(reply.request.headers['if-none-match'], etag)) return representation;
  void reply.status(304);
  return undefined;
}

/** The representation that a write made, with its entity tag. */
export function writeHeaders<T>(reply: FastifyReply, representation: T, etag: string): T {
  void reply.headers({ 'cache-control': 'no-store', etag });
  return representation;
}

/** What the creation of something answers. @param path where its kind lives: `api/v1/tags` */
export function createdAnswer(path: string, made: { readonly id: number }, etag: string): Answer {
  return { status: 201, location: `/${path}/${made.id}`, etag, body: JSON.stringify(made) };
}

/** Sends an answer as it is, new or kept. */
export function sendAnswer(
  reply: FastifyReply,
  { location, etag, body, replayed }: Answer & { replayed: boolean },
): string {
  void reply.headers({
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    location,
    etag,
  });
  if (replayed) void reply.header('idempotent-replayed', 'true');
  return body;
}
