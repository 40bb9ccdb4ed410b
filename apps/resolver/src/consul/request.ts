import type { FastifyRequest } from 'fastify';
import { badRequest } from './errors.js';
import type { Query } from './query.js';

/** The rest of the path, which is one identifier even when it holds slashes; the empty text when there is none. */
export function identifier(request: FastifyRequest): string {
  const [rest = ''] = Object.values(request.params as Record<string, string>);
  return rest;
}

/** The same where there has to be one. @throws ConsulError `Missing service name` for the `what` of that name */
export function requireIdentifier(request: FastifyRequest, what: string): string {
  const rest = identifier(request);
  if (rest === '') throw badRequest(`Missing ${what}`);
  return rest;
}

export function queryOf(request: FastifyRequest): Query {
  return request.query as Query;
}

/** The body as it came, or undefined. */
export function bodyOf(request: FastifyRequest): Buffer | undefined {
  return request.body as Buffer | undefined;
}
