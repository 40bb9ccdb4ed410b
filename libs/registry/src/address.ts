import { isIPv4, isIPv6 } from 'node:net';

/**
 * The one spelling of an IP address by which addresses are compared: IPv6 in lower case and compressed (RFC 5952).
 *
 * @returns undefined when `text` is no IP address, such as a host name or nothing
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
