import { HEADER_LENGTH } from '../wire/codes.js';
import { commonTypeName, rcodeName } from '../wire/mnemonics.js';
import type { Transport } from '../zone/query.js';
import type { CacheCounters } from './answer-cache.js';

/** Upper bounds of the buckets for sizes of messages, in octets: those of CoreDNS, so that its dashboards fit. */
const SIZE_BOUNDS = [100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16_000, 32_000, 48_000, 64_000];

/** The same for durations, in seconds: from a reply of the cache to one of many records. */
const DURATION_BOUNDS = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 1e-1];

/** Types below this have a counter each; all others one together. */
const TYPES = 256;
const RCODES = 32;

/** How many values were at most each bound and above the one before, and above all of them, with their sum. */
export interface HistogramCounts {
  readonly bounds: readonly number[];
  /** One more than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What came and went by one transport and address family. */
export interface ChannelCounters {
  readonly transport: Transport;
  readonly family: 4 | 6;
  /** Answered queries by question type: `A`, ..., or `other`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Replies by response code: `NOERROR`, ... */
  readonly responses: Readonly<Record<string, number>>;
  /** Octets of queries and of replies. */
  readonly requestSizes: HistogramCounts;
  readonly responseSizes: HistogramCounts;
  /** Queries with the DO bit. */
  readonly dnssecOk: number;
  /** Replies with TC. */
  readonly truncated: number;
  /** What got no reply: messages without a whole header, and replies. */
  readonly dropped: { readonly short: number; readonly reply: number };
}

/** What a DNS server has counted since it was made. */
export interface DnsCounters {
  readonly channels: readonly ChannelCounters[];
  readonly cache: CacheCounters & { readonly hits: number; readonly misses: number };
  /** Connections that are open, and how many were turned away. */
  readonly tcp: { readonly connections: number; readonly rejected: number };
  /** Queries answered SERVFAIL because of a mistake in the program. */
  readonly failures: number;
  /** Replies that were given while the directory might have missed changes. */
  readonly stale: number;
  /** Seconds from a query's octets to its reply's, of every 16th query. */
  readonly durations: HistogramCounts;
}

class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  add(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += value;
  }

  get counts(): HistogramCounts {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}

/** One way in: a transport and an address family, with counters that cost a few additions for each query. */
export class Channel {
  readonly transport: Transport;
  readonly family: 4 | 6;
  readonly #requests = new Float64Array(TYPES);
  readonly #responses = new Float64Array(RCODES);
  readonly #requestSizes = new Histogram(SIZE_BOUNDS);
  readonly #responseSizes = new Histogram(SIZE_BOUNDS);
  #dnssecOk = 0;
  #truncated = 0;
  #short = 0;
  #reply = 0;

  constructor(transport: Transport, family: 4 | 6) {
    this.transport = transport;
    this.family = family;
  }

  /** Counts a message of `octets` that gets no reply. */
  drop(octets: number): void {
    if (octets < HEADER_LENGTH) this.#short++;
    else this.#reply++;
  }

  /** Counts a query and its reply. @param type of the question; 0 when there is none */
  answer(
    type: number,
    dnssecOk: boolean,
    querySize: number,
    replySize: number,
    rcode: number,
    truncated: boolean,
  ): void {
    this.#requests[type < TYPES ? type : 0]!++;
    this.#responses[rcode]!++;
    this.#requestSizes.add(querySize);
    this.#responseSizes.add(replySize);
    if (dnssecOk) this.#dnssecOk++;
    if (truncated) this.#truncated++;
  }

  get counters(): ChannelCounters {
    return {
      transport: this.transport,
      family: this.family,
      requests: byName(this.#requests, (type) => commonTypeName(type) ?? 'other'),
      responses: byName(this.#responses, rcodeName),
      requestSizes: this.#requestSizes.counts,
      responseSizes: this.#responseSizes.counts,
      dnssecOk: this.#dnssecOk,
      truncated: this.#truncated,
      dropped: { short: this.#short, reply: this.#reply },
    };
  }
}

/** The counters of a server, whatever way a query came. */
export class Counters {
  readonly channels = {
    udp: { 4: new Channel('udp', 4), 6: new Channel('udp', 6) },
    tcp: { 4: new Channel('tcp', 4), 6: new Channel('tcp', 6) },
  } as const;
  readonly durations = new Histogram(DURATION_BOUNDS);
  hits = 0;
  misses = 0;
  failures = 0;
  stale = 0;

  read(cache: CacheCounters, tcpConnections: DnsCounters['tcp']): DnsCounters {
    const { udp, tcp } = this.channels;
    return {
      channels: [udp[4], udp[6], tcp[4], tcp[6]].map(({ counters }) => counters),
      cache: { ...cache, hits: this.hits, misses: this.misses },
      tcp: tcpConnections,
      failures: this.failures,
      stale: this.stale,
      durations: this.durations.counts,
    };
  }
}

/** Counts under the names of their numbers; zeros are left out. */
function byName(counts: Float64Array, nameOf: (number: number) => string): Record<string, number> {
  const named: Record<string, number> = {};
  for (const [number, count] of counts.entries()) {
    const name = nameOf(number);
    if (count > 0) named[name] = (named[name] ?? 0) + count;
  }
  return named;
}
