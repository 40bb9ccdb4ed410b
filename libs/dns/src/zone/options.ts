import type { Name } from '../wire/name.js';

/** How the zone answers; times in seconds. Names are those of Consul's `dns_config`. */
export interface ZoneOptions {
  readonly domain: Name;
  /** A second name for the same zone. */
  readonly altDomain?: Name;
  /** The local datacenter, the only one that is known. */
  readonly datacenter: string;
  readonly nodeTtl: number;
  /** TTL by service name, `prefix*` or `*`. */
  readonly serviceTtl: Readonly<Record<string, number>>;
  /** Leaves out instances with a warning too. */
  readonly onlyPassing: boolean;
  /** The most A or AAAA records of an answer; 0: no limit. */
  readonly aRecordLimit: number;
  /** The most answers over UDP without EDNS; 0: no limit. */
  readonly udpAnswerLimit: number;
  /** Sets TC when an answer was cut. */
  readonly enableTruncate: boolean;
  /** Adds the metadata of nodes as TXT records. */
  readonly nodeMetaTxt: boolean;
  /** Answers with wide-area addresses and ports where there are any, for clients outside of the datacenter. */
  readonly translateWanAddrs: boolean;
  readonly soa: {
    readonly refresh: number;
    readonly retry: number;
    readonly expire: number;
    readonly minTtl: number;
  };
  /** What `version.bind` tells; empty: nothing. */
  readonly version: string;
  /** What `id.server` and NSID (RFC 5001) tell; empty: nothing. */
  readonly serverId: string;
}
