import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import type { Target } from './probe.js';

/**
 * Addresses that no check may connect to, although anybody who may register can name a target: link-local ones, where clouds
 * serve the machine's credentials (169.254.169.254).
 */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');

/** A check's target that must not be connected to. */
export class ForbiddenTarget extends Error {
  constructor(address: string) {
    super(`checks may not connect to the link-local address ${address}`);
  }
}

/** @throws ForbiddenTarget when `host` is an IP address that no check may connect to. Names pass: `guardedLookup` sees what they mean. */
export function refuseForbidden(host: string): void {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family !== 0 && FORBIDDEN.check(address, family === 6 ? 'ipv6' : 'ipv4')) throw new ForbiddenTarget(address);
}

/** `dns.lookup` for connections of checks: a name that leads to a forbidden address is refused, whatever it meant before. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    try {
      for (const { address } of addresses) refuseForbidden(address);
    } catch (refusal) {
      return callback(refusal as Error, '', 0);
    }
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    callback(null, first?.address ?? '', first?.family);
  });
};

/** `host:port`, with brackets around an IPv6 address. */
export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The inverse. @returns undefined for anything else */
export function parseTarget(text: string): Target | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535)) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return { host: plain!, port };
}

/** What a TCP or TLS connection to a check's target needs. @throws ForbiddenTarget */
export function connectOptions(probe: { target: Target; tlsServerName: string; tlsSkipVerify: boolean }) {
  const { host, port } = probe.target;
  refuseForbidden(host);
  // RFC 6066, 3: an IP address is no server name.
  const servername = probe.tlsServerName || (isIP(host) === 0 ? host : '');
  return { host, port, lookup: guardedLookup, servername, rejectUnauthorized: !probe.tlsSkipVerify };
}
