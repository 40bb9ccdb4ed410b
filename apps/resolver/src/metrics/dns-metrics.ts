import type { ChannelCounters, DnsServer } from '#libs/dns';
import type { HistogramCounts, Metrics, Reading } from '#libs/observability';
import { split, sum } from './series.js';
import { udpDrops } from './udp-drops.js';

/** Address families by the numbers that CoreDNS gives them (IANA's address family numbers). */
const FAMILIES = { 4: '1', 6: '2' } as const;

/** Adds what a DNS server counts, under the names and labels that CoreDNS has for the same. */
export function addDnsMetrics(metrics: Metrics, dns: DnsServer): void {
  addQueries(metrics, () => dns.counters.channels);
  addSizes(metrics, () => dns.counters.channels);
  addCache(metrics, () => dns.counters.cache);
  addServer(metrics, dns);
}

function addQueries(metrics: Metrics, channels: () => readonly ChannelCounters[]): void {
  metrics.counter(
    'signpost_dns_requests_total',
    'Queries that were answered, by type; family 1 is IPv4, 2 is IPv6.',
    () =>
      split(
        'type',
        channels().map(({ transport, family, requests }) => [{ proto: transport, family: FAMILIES[family] }, requests]),
      ),
  );
  metrics.counter('signpost_dns_responses_total', 'Replies by response code.', () =>
    split(
      'rcode',
      byProto(channels(), (of) => sum(of.map(({ responses }) => responses))),
    ),
  );
  metrics.counter(
    'signpost_dns_truncated_responses_total',
    'Replies with the TC bit: the client has to ask over TCP.',
    () => byProto(channels(), (of) => total(of, ({ truncated }) => truncated)),
  );
  metrics.counter('signpost_dns_do_requests_total', 'Queries with the DO bit.', () =>
    byProto(channels(), (of) => total(of, ({ dnssecOk }) => dnssecOk)),
  );
  metrics.counter('signpost_dns_dropped_total', 'Messages that got no reply: shorter than a header, or replies.', () =>
    split(
      'reason',
      byProto(channels(), (of) => sum(of.map(({ dropped }) => dropped))),
    ),
  );
}

function addSizes(metrics: Metrics, channels: () => readonly ChannelCounters[]): void {
  metrics.histogram('signpost_dns_request_size_bytes', 'Sizes of queries.', () =>
    byProto(channels(), (of) => merge(of.map(({ requestSizes }) => requestSizes))),
  );
  metrics.histogram('signpost_dns_response_size_bytes', 'Sizes of replies.', () =>
    byProto(channels(), (of) => merge(of.map(({ responseSizes }) => responseSizes))),
  );
}

function addCache(metrics: Metrics, cache: () => DnsServer['counters']['cache']): void {
  metrics.counter('signpost_dns_cache_hits_total', 'Queries answered by a finished reply.', () => cache().hits);
  metrics.counter('signpost_dns_cache_misses_total', 'Queries whose reply had to be made.', () => cache().misses);
  metrics.gauge('signpost_dns_cache_entries', 'Finished replies.', () => cache().entries);
  metrics.gauge('signpost_dns_cache_bytes', 'Memory that they take.', () => cache().octets);
  metrics.counter(
    'signpost_dns_cache_evictions_total',
    'Finished replies that gave way to newer ones.',
    () => cache().evicted,
  );
  metrics.counter(
    'signpost_dns_cache_invalidations_total',
    'Finished replies that were dropped because of a change in the registry.',
    () => cache().dropped,
  );
}

function addServer(metrics: Metrics, dns: DnsServer): void {
  metrics.gauge('signpost_dns_tcp_connections', 'TCP connections that are open.', () => dns.counters.tcp.connections);
  metrics.counter('signpost_dns_tcp_rejected_total', 'TCP connections turned away.', () => dns.counters.tcp.rejected);
  metrics.counter('signpost_dns_panics_total', 'Queries that hit a defect: SERVFAIL.', () => dns.counters.failures);
  metrics.counter(
    'signpost_dns_stale_responses_total',
    'Replies that were given while changes may have been missed: EDE 3 or 19.',
    () => dns.counters.stale,
  );
  metrics.histogram(
    'signpost_dns_request_duration_seconds',
    'From the octets of a query to those of its reply; of every 16th query.',
    () => dns.counters.durations,
  );
  if (process.platform !== 'linux') return;
  metrics.counter(
    'signpost_dns_udp_receive_drops_total',
    'Datagrams that the kernel dropped because the socket had no room for them.',
    () => udpDrops(dns.address),
    // All workers have the same socket.
    'max',
  );
}

/** What `read` makes of the channels of each transport, which differ in the address family. */
function byProto<T>(channels: readonly ChannelCounters[], read: (of: readonly ChannelCounters[]) => T): Reading<T>[] {
  return [...Map.groupBy(channels, ({ transport }) => transport)].map(([proto, of]) => [{ proto }, read(of)]);
}

function total(channels: readonly ChannelCounters[], read: (channel: ChannelCounters) => number): number {
  return channels.reduce((so, channel) => so + read(channel), 0);
}

/** Histograms over the same bounds as one. */
function merge([first, ...others]: readonly HistogramCounts[]): HistogramCounts {
  const add = (a: HistogramCounts, b: HistogramCounts) => ({
    bounds: a.bounds,
    counts: a.counts.map((count, i) => count + b.counts[i]!),
    sum: a.sum + b.sum,
  });
  return others.reduce(add, first!);
}
