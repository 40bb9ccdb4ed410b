import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Networks, as people write them: `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export class AllowList {
  readonly #networks = new BlockList();

  /** @throws RangeError that names the text that is no network */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  /** Whether an address is in one of the networks. An IPv4 address counts as such in its IPv6-mapped form too. */
  has(address: string): boolean {
    return this.#networks.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  }

  #add(network: string): void {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    const bits = family === 'ipv4' ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (!family || !/^\d{0,3}$/.test(prefix ?? '') || prefix === '' || length > bits) {
      throw new RangeError(`${network} is no network`);
    }
    this.#networks.addSubnet(address, length, family);
  }
}
