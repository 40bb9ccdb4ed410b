import type { DnsSettings } from '../src/server/settings.js';
import { Name } from '../src/wire/name.js';
import type { ZoneOptions } from '../src/zone/options.js';

/** The defaults of `config/app.ini`, with changes. */
export function zoneOptions(changes: Partial<ZoneOptions> = {}): ZoneOptions {
  return {
    domain: Name.fromText('consul')!,
    datacenter: 'dc1',
    nodeTtl: 0,
    serviceTtl: {},
    onlyPassing: false,
    aRecordLimit: 0,
    udpAnswerLimit: 3,
    enableTruncate: true,
    nodeMetaTxt: true,
    translateWanAddrs: false,
    soa: { refresh: 3600, retry: 600, expire: 86_400, minTtl: 0 },
    version: '',
    serverId: '',
    ...changes,
  };
}

/** The defaults of `config/app.ini` for a server, with changes. */
export function dnsSettings(zone: Partial<ZoneOptions> = {}, changes: Partial<DnsSettings> = {}): DnsSettings {
  return { zone: zoneOptions(zone), allowFrom: [], cookies: true, queryLog: 0, ...changes };
}
