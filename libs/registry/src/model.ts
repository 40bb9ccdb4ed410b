import type { Probe } from './checks/probe.js';

/**
 * What the registry stores, as plain data. Records are never changed in place: a new state is a new record.
 * Names follow Consul's catalog (https://developer.hashicorp.com/consul/api-docs/catalog).
 */

/**
 * The number of a committed set of changes, counted up by one from 1 over the whole life of a store: what Consul's API calls an
 * index. 0 is the empty registry.
 */
export type Revision = number;

/** The verdict of a check, from best to worst. */
export type Status = 'passing' | 'warning' | 'critical';

/** Text to text, such as metadata. */
export type Pairs = Readonly<Record<string, string>>;

/** Where a machine stands, for callers that prefer near ones. */
export interface Locality {
  readonly region: string;
  readonly zone: string;
}

/** A machine (or anything with an address) that instances run on. */
export interface Node {
  /** Unique, compared without regard to letter case. */
  readonly name: string;
  /** A UUID, or empty for nodes that were registered without one. */
  readonly id: string;
  /** An IP address or a host name. */
  readonly address: string;
  readonly datacenter: string;
  /** Further addresses by kind, such as `lan_ipv4`. */
  readonly taggedAddresses: Pairs;
  readonly meta: Pairs;
  readonly locality?: Locality;
}

/** An address of an instance for one kind of caller, such as `lan_ipv6`. */
export interface ServiceAddress {
  readonly address: string;
  readonly port: number;
}

/** Shares of the traffic by status, as DNS SRV weights: 0 to 65535. */
export interface Weights {
  readonly passing: number;
  readonly warning: number;
}

/** One running copy of a service on a node. */
export interface Instance {
  /** The name of its node. */
  readonly node: string;
  /** Unique on its node. */
  readonly id: string;
  /** The name of the service, as registered; compared without regard to letter case. */
  readonly service: string;
  readonly tags: readonly string[];
  /** An IP address or a host name; empty: that of the node. */
  readonly address: string;
  /** 0 when it has none. */
  readonly port: number;
  readonly taggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly meta: Pairs;
  readonly weights: Weights;
  readonly enableTagOverride: boolean;
  /** Consul's kind of mesh proxy; empty for an ordinary service. */
  readonly kind: string;
  /** Path of a Unix socket, or empty. */
  readonly socketPath: string;
  readonly locality?: Locality;
}

/** The state of one aspect of a node or of an instance. */
export interface Check {
  /** The name of its node. */
  readonly node: string;
  /** Unique on its node. */
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  /** What people wrote about the check. */
  readonly notes: string;
  /** What the last run said. */
  readonly output: string;
  /** The instance that the check is about; empty: the node as a whole. */
  readonly serviceId: string;
  /** The service of that instance, or empty. */
  readonly serviceName: string;
  /** Kind of check, such as `ttl`; empty when somebody else runs it. */
  readonly type: string;
  /** As shown: a Go duration, or empty. */
  readonly interval: string;
  /** As shown: a Go duration, or empty. */
  readonly timeout: string;
  /** What a catalog registration said about how the check is run elsewhere; shown, never used. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** How this registry runs the check itself; absent when somebody else reports its status. */
  readonly probe?: Probe;
}

/**
 * One step of a commit. Removals name everything that goes: an instance's checks before the instance, all of them before the
 * node, so that whoever follows the log needs no rule of its own about what belongs together.
 */
export type Change =
  | { readonly kind: 'put-node'; readonly node: Node }
  | { readonly kind: 'put-instance'; readonly instance: Instance }
  | { readonly kind: 'put-check'; readonly check: Check }
  | { readonly kind: 'remove-check'; readonly node: string; readonly id: string }
  | { readonly kind: 'remove-instance'; readonly node: string; readonly id: string }
  | { readonly kind: 'remove-node'; readonly node: string };

const SEVERITY: Record<Status, number> = { passing: 0, warning: 1, critical: 2 };

/** The worse of two verdicts. */
export function worse(a: Status, b: Status): Status {
  return SEVERITY[a] >= SEVERITY[b] ? a : b;
}
