import { isIPv6 } from 'node:net';
import type { Config } from '#libs/config';
import { DnsServer, Name, type DnsSettings, type ZoneOptions } from '#libs/dns';
import type { Logger } from '#libs/observability';
import type { Catalog } from '#libs/registry';
import type { Sockets } from '#libs/sockets';
import type { Clock } from '#libs/time';
import { CatalogDirectory } from './catalog-directory.js';

export interface DnsParts {
  readonly catalog: Catalog;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly sockets: Sockets;
}

/** A DNS server for the catalog, which is yet to be started. */
export function createDns({ catalog, config, log, clock, sockets }: DnsParts): DnsServer {
  const { dns_host: host, dns_port: port } = config.resolver;
  const directory = new CatalogDirectory(catalog);
  return new DnsServer({ host, port, settings: dnsSettings(config), directory, clock, log, sockets });
}

/** Where a server listens, as people write it: `127.0.0.1:8600`, `[::1]:8600`. */
export function addressOf({ address: { host, port } }: DnsServer): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** What the section `[dns]` says; all of it may change while the server runs (`DnsServer.reconfigure`). */
export function dnsSettings(config: Config): DnsSettings {
  const { allow_from: allowFrom, cookies, cookie_secret: secret, query_log: queryLog } = config.dns;
  const zone = zoneOptions(config);
  return { zone, allowFrom, cookies, queryLog, ...(secret !== '' && { cookieSecret: Buffer.from(secret, 'hex') }) };
}

function zoneOptions({ dns, resolver }: Config): ZoneOptions {
  const altDomain = dns.alt_domain === '' ? undefined : Name.fromText(dns.alt_domain)!;
  return {
    domain: Name.fromText(dns.domain)!,
    ...(altDomain && { altDomain }),
    datacenter: resolver.datacenter,
    nodeTtl: seconds(dns.node_ttl),
    serviceTtl: Object.fromEntries(Object.entries(dns.service_ttl).map(([rule, ttl]) => [rule, seconds(ttl)])),
    onlyPassing: dns.only_passing,
    aRecordLimit: dns.a_record_limit,
    udpAnswerLimit: dns.udp_answer_limit,
    enableTruncate: dns.enable_truncate,
    nodeMetaTxt: dns.enable_additional_node_meta_txt,
    translateWanAddrs: dns.translate_wan_addrs,
    soa: {
      refresh: seconds(dns.soa_refresh),
      retry: seconds(dns.soa_retry),
      expire: seconds(dns.soa_expire),
      minTtl: seconds(dns.soa_min_ttl),
    },
    version: dns.version,
    serverId: dns.server_id,
  };
}

/** DNS counts whole seconds; less than one is none. */
function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
