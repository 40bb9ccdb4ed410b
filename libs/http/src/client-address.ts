import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Its types know nothing of a connection that is gone. */
const addressOf: (...args: Parameters<typeof proxyAddr>) => string | undefined = proxyAddr;

/**
 * Finds out whose a request is before Fastify sees it, as that does: the address of the connection, or the last one in `X-Forwarded-For` that
 * is no trusted proxy. Empty for a connection that is gone.
 *
 * @param trustedProxies addresses, and networks such as `10.0.0.0/8`
 */
export function clientAddresses(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => addressOf(request, isTrusted) ?? '';
}
