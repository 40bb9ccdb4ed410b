import { isIPv6 } from 'node:net';

/**
 * The network that an address is of, for what is counted by client: an IPv4 address counts with its /24, an IPv6 address
 * with its /56, which is what one customer of a provider commonly has to choose from.
 *
 * @param address as a socket gives it; one that is none is its own network, as is that of a connection that is gone
 */
export function networkOf(address = ''): string {
  const dotted = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(address)?.[1];
  if (dotted !== undefined) return `${dotted}.0/24`;
  const [withoutZone = ''] = address.split('%', 1);
  if (!isIPv6(withoutZone)) return address;
  const [first = 0, second = 0, third = 0, fourth = 0] = groupsOf(withoutZone);
  const prefix = [first, second, third, fourth & 0xff00].map((group) => group.toString(16));
  return `${prefix.join(':')}::/56`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // A URL spells it in one way: without leading zeros, and with no dotted part.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::', 2);
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
