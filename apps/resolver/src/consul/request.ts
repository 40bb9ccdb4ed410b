import type { FastifyReply, FastifyRequest } from 'fastify';
import { has, type Query } from './query.js';
import { toJson } from './reads.js';

/** The rest of the path, which is one identifier even when it holds slashes. @throws what `missing` makes when it is empty */
export function identifier(request: FastifyRequest, missing: () => Error): string {
  const [rest = ''] = Object.values(request.params as Record<string, string>);
  if (rest === '') throw missing();
  return rest;
}

export function queryOf(request: FastifyRequest): Query {
  return request.query as Query;
}

/** The body as it came, or undefined. */
export function bodyOf(request: FastifyRequest): Buffer | undefined {
  return request.body as Buffer | undefined;
}

/** Answers with JSON that depends on no index. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
  reply.header('Content-Type', 'application/json').send(toJson(body, has(queryOf(request), 'pretty')));
}
