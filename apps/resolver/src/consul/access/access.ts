import type { FastifyRequest } from 'fastify';
import { ConsulError } from '../errors.js';
import { one, type Query } from '../query.js';
import { ROLES, type Role, type Token } from './token-table.js';

/** Who may use the API. */
export interface AccessOptions {
  /** Without it everybody may do everything. */
  readonly tokens?: { find(token: string): Token | undefined };
  /** Whether reading needs no token. */
  readonly publicReads: boolean;
}

/** Routes that need more than their method says: they are about the machine or its node as a whole. */
const OPERATOR_ROUTES: ReadonlySet<string> = new Set([
  'GET /v1/agent/host',
  'PUT /v1/agent/maintenance',
  'PUT /v1/agent/reload',
]);

/** Says the same to everybody: that there are none of Consul's access-control lists. */
const OPEN_ROUTE = '/v1/acl/*';

/** Consul's names for what a token lacks. */
const PERMISSIONS: Record<Role, string> = { read: 'service:read', write: 'service:write', operator: 'operator:write' };

/** The AccessorID that Consul gives a caller without a token. */
const ANONYMOUS: Token = { role: 'read', accessor: '00000000-0000-0000-0000-000000000002' };

/** @throws ConsulError 403 when whoever sent the request may not use its route */
export function authorize(request: FastifyRequest, { tokens, publicReads }: AccessOptions): void {
  if (!tokens) return;
  const needed = neededRole(request.method, request.routeOptions.url!);
  if (!needed) return;
  const carried = carriedToken(request);
  if (carried === '' && publicReads && needed === 'read') return;
  const token = carried === '' ? undefined : tokens.find(carried);
  if (carried !== '' && !token) throw new ConsulError(403, 'ACL not found');
  if (!token || ROLES.indexOf(token.role) < ROLES.indexOf(needed)) throw denied(token ?? ANONYMOUS, needed);
}

/** What a route takes, `GET` reading and all else writing; undefined for nothing. @param path as it is registered */
export function neededRole(method: string, path: string): Role | undefined {
  if (path === OPEN_ROUTE) return undefined;
  if (OPERATOR_ROUTES.has(`${method} ${path}`)) return 'operator';
  return method === 'GET' ? 'read' : 'write';
}

/** The token of a request, in Consul's order: parameter, header, bearer (RFC 6750); the empty text for none. */
function carriedToken({ query, headers }: FastifyRequest): string {
  const header = headers['x-consul-token'];
  return one(query as Query, 'token') || header?.toString() || bearer(headers.authorization ?? '');
}

function bearer(authorization: string): string {
  return /^Bearer +(\S+)/.exec(authorization)?.[1] ?? '';
}

function denied({ accessor }: Token, needed: Role): ConsulError {
  return new ConsulError(
    403,
    `Permission denied: token with AccessorID '${accessor}' lacks permission '${PERMISSIONS[needed]}'`,
  );
}
