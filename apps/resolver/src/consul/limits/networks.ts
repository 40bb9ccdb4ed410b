import { BlockList, isIPv6 } from 'node:net';

/** Whether an IP address, as a socket tells it, is in one of some networks. */
export type Networks = (address: string) => boolean;

/** @param networks addresses, and networks such as `10.0.0.0/8` */
export function networksOf(networks: readonly string[]): Networks {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string?];
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const bare = unmapped(address);
    return list.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
  };
}

/**
 * Whom an address stands for when clients are counted: an IPv4 address for itself, an IPv6 address for its /64, of which any
 * customer has one to himself (RFC 6177).
 */
export function clientOf(address: string): string {
  const bare = unmapped(address);
  if (!bare.includes(':')) return bare;
  const [head = '', tail] = bare.split('%', 1)[0]!.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].slice(0, 4).join(':');
}

/** An IPv4 client of a socket that listens for both families comes as `::ffff:10.0.0.1`. */
function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
