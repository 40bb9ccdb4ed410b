export { DnsServer, type DnsServerOptions } from './server/server.js';
export type { ChannelCounters, DnsCounters, HistogramCounts } from './server/counters.js';
export type { Log } from './server/log.js';
export type { DnsSettings } from './server/settings.js';
export { DEFAULT_TCP_LIMITS, type TcpLimits } from './server/tcp-limits.js';
export { Name } from './wire/name.js';
export type { Directory, DirectoryChange, DirectoryInstance, DirectoryNode } from './zone/directory.js';
export type { List } from './zone/shuffle.js';
export type { ZoneOptions } from './zone/options.js';
