import { isIPv6 } from 'node:net';
import { isIPv4Text, unmapped } from '../wire/address.js';
import { TYPE } from '../wire/codes.js';
import type { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import type { DirectoryInstance, DirectoryNode } from './directory.js';

/** Kinds of tagged addresses in the order of preference, by question type; the plain address comes after them. */
interface Preference {
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly others: readonly string[];
}

/** For clients in the datacenter, and for those elsewhere, who reach it over its wide-area addresses. */
const LAN: Preference = { a: ['lan_ipv4'], aaaa: ['lan_ipv6'], others: ['lan_ipv6', 'lan_ipv4'] };
const WAN: Preference = { a: ['wan_ipv4', 'wan'], aaaa: ['wan_ipv6', 'wan'], others: ['wan_ipv6', 'wan_ipv4', 'wan'] };

/** Chooses among the addresses of nodes and instances, as Consul does: an IPv4-mapped address counts as the IPv4 address. */
export class AddressChoice {
  readonly #wan: boolean;
  readonly #preference: Preference;

  /** @param wan whether the clients are outside of the datacenter */
  constructor(wan: boolean) {
    this.#wan = wan;
    this.#preference = wan ? WAN : LAN;
  }

  /** The address of a node for a question of `type`. */
  ofNode({ address, taggedAddresses }: DirectoryNode, type: number): string {
    for (const kind of this.#preferred(type)) if (taggedAddresses[kind]) return unmapped(taggedAddresses[kind]);
    return unmapped(address);
  }

  /** Whether that is a wide-area address, which the node's name does not lead to. */
  isNodeTranslated({ taggedAddresses }: DirectoryNode, type: number): boolean {
    return this.#wan && this.#preferred(type).some((kind) => taggedAddresses[kind]);
  }

  /**
   * The address of an instance for a question of `type`, empty when it has none of its own and that of its node counts. There is no way back from
   * an address of the wrong family to another one.
   */
  ofInstance({ address, taggedAddresses }: DirectoryInstance, type: number): string {
    for (const kind of this.#preferred(type)) {
      const tagged = taggedAddresses[kind];
      if (tagged?.address) return unmapped(tagged.address);
    }
    return unmapped(address);
  }

  portOf({ port, taggedAddresses }: DirectoryInstance): number {
    return (this.#wan && taggedAddresses['wan']?.port) || port;
  }

  #preferred(type: number): readonly string[] {
    const { a, aaaa, others } = this.#preference;
    return type === TYPE.A ? a : type === TYPE.AAAA ? aaaa : others;
  }
}

/** Whether it is an IP address that a record can hold, and no host name. */
export function isAddress(text: string): boolean {
  return text.includes(':') ? isIPv6(text) && !text.includes('%') : isIPv4Text(text);
}

/** The A or AAAA record of an IP address; undefined for a host name. */
export function addressRecord(owner: Name, ttl: number, address: string): ResourceRecord | undefined {
  if (!isAddress(address)) return undefined;
  return record(owner, address.includes(':') ? 'AAAA' : 'A', ttl, { address });
}

/** Whether a question of `type` asks for the record's type: for that one or for any. */
export function asksFor(type: number, { type: has }: ResourceRecord): boolean {
  return type === TYPE.ANY || (typeof has === 'string' && TYPE[has] === type);
}
