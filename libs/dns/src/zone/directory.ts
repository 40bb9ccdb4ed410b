import type { List } from './shuffle.js';

/** A machine, as the zone sees it. */
export interface DirectoryNode {
  /** As registered; compared without regard to letter case. */
  readonly name: string;
  /** An IP address or a host name. */
  readonly address: string;
  /** Further addresses by kind, such as `lan_ipv4`. */
  readonly taggedAddresses: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
}

/** A running copy of a service, as the zone sees it. */
export interface DirectoryInstance {
  readonly node: DirectoryNode;
  /** An IP address or a host name; empty: that of the node. */
  readonly address: string;
  readonly port: number;
  /** Further addresses by kind, such as `lan_ipv6`. */
  readonly taggedAddresses: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
  /** SRV weights by status, 0 to 65535. */
  readonly weights: { readonly passing: number; readonly warning: number };
  /** The worst verdict of the checks of the instance and its node. */
  readonly status: 'passing' | 'warning' | 'critical';
}

/** What changed in a directory. */
export interface DirectoryChange {
  /** Nothing that was known before need be true any more. */
  readonly everything?: boolean;
  /** Lower-case names of services of which an instance, a check or a node changed. */
  readonly services: Iterable<string>;
  /** Lower-case names of nodes that changed. */
  readonly nodes: Iterable<string>;
  /** IP addresses (IPv6 as in RFC 5952) at which something came, went or changed. */
  readonly addresses: Iterable<string>;
}

/**
 * What the zone asks of whoever keeps the instances. Each method answers at once, from memory; what it gives is not changed
 * by the zone. Names are compared without regard to letter case.
 */
export interface Directory {
  /** Whether it may have missed changes, because it cannot reach who tells it of them. */
  readonly stale: boolean;
  /** Another number after each change. */
  readonly revision: number;
  /** All instances of a service in no particular order, healthy or not; with `tag` those that carry it. Empty when there are none. */
  instances(service: string, tag?: string): List<DirectoryInstance>;
  /** Whether some instance of a service has a tag that ends in a dot and `suffix`. */
  hasTagBelow(service: string, suffix: string): boolean;
  node(name: string): DirectoryNode | undefined;
  /** Whether some node has a name that ends in a dot and `suffix`. */
  hasNodeBelow(suffix: string): boolean;
  /** The node, else the service, that is found at an IP address (IPv6 as in RFC 5952). */
  at(address: string): { readonly node: string } | { readonly service: string } | undefined;
  /** The nodes that answer for the zone. */
  nameServers(): readonly DirectoryNode[];
  /** Calls `listener` after each change, before anybody is told that it was made. @returns what ends that */
  subscribe(listener: (change: DirectoryChange) => void): () => void;
}
