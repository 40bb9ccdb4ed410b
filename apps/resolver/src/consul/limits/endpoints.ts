import type { FastifyRequest } from 'fastify';
import { ConsulError } from '../errors.js';
import { pathOf } from '../paths.js';
import type { Networks } from './networks.js';

/** Which requests are not answered, whoever sends them. Both as in Consul's `http_config`. */
export interface EndpointOptions {
  /** Beginnings of paths that are blocked. */
  readonly blockEndpoints: readonly string[];
  /** From where may be written; undefined: from everywhere. */
  readonly allowWriteFrom?: Networks;
}

/** Nothing is blocked. */
export const ALL_ENDPOINTS: EndpointOptions = { blockEndpoints: [] };

/** @throws ConsulError 403 for a path that is blocked */
export function refuseBlocked({ url }: FastifyRequest, { blockEndpoints }: EndpointOptions): void {
  if (blockEndpoints.length === 0) return;
  const path = decodeURIComponent(pathOf(url));
  if (blockEndpoints.some((start) => path.startsWith(start))) {
    throw new ConsulError(403, 'Endpoint is blocked by agent configuration');
  }
}

/** @throws ConsulError 403 for a write from an address that may not */
export function refuseWriteFrom({ method, ip }: FastifyRequest, { allowWriteFrom }: EndpointOptions): void {
  if (allowWriteFrom && method !== 'GET' && !allowWriteFrom(ip)) throw new ConsulError(403, 'Access is restricted');
}
