import type { Config } from '#libs/config';
import type { AccessOptions } from './consul/access/access.js';
import { networksOf } from './consul/limits/networks.js';
import type { QuotaOptions } from './consul/limits/quota.js';
import type { ConsulServerOptions } from './consul/server.js';

/** What the HTTP API lets through, as it is configured. */
export function apiOptions(config: Config, tokens: AccessOptions['tokens']): Partial<ConsulServerOptions> {
  const { public_reads, allow_write_http_from, block_endpoints, response_headers, max_header_bytes } = config.resolver;
  return {
    access: { publicReads: public_reads, ...(tokens && { tokens }) },
    endpoints: {
      blockEndpoints: block_endpoints,
      ...(allow_write_http_from.length > 0 && { allowWriteFrom: networksOf(allow_write_http_from) }),
    },
    responseHeaders: response_headers,
    maxHeaderBytes: max_header_bytes,
    keepAliveTimeout: config.limits.keep_alive_timeout,
    ...(config.limits.enabled && quotas(config)),
  };
}

function quotas({ limits }: Config): { readonly connections: QuotaOptions; readonly watches: QuotaOptions } {
  const unlimited = networksOf(limits.unlimited_from);
  return {
    connections: { perClient: limits.http_max_conns_per_client, total: Infinity, unlimited },
    watches: { perClient: limits.http_max_watches_per_client, total: limits.http_max_watches, unlimited },
  };
}
