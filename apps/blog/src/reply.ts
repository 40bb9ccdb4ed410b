import type { FastifyReply } from 'fastify';
import { isNoneMatch } from '#libs/http';

/**
 * Sets the headers of something that was read. What is seen depends on who asks, and what was seen must be checked again
 * before it is used again: that costs a 304.
 */
export function readHeaders(reply: FastifyReply): void {
  void reply.headers({ 'cache-control': 'private, no-cache', vary: 'Authorization' });
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
