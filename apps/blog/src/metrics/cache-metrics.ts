import type { CacheCounters } from '#libs/cache';
import type { Metrics, Reading } from '#libs/observability';

/** The part of a cache that is looked at. */
export interface CountedCache {
  readonly counters: CacheCounters;
}

/** Adds what the cache has answered, kept and been told, and whether it can use Redis. */
export function addCacheMetrics(metrics: Metrics, cache: CountedCache): void {
  const counters = () => cache.counters;
  metrics.counter('signpost_cache_requests_total', 'Answers by where they came from.', () => {
    const { hits, misses, bypasses } = counters();
    return by('source', { local: hits.local, shared: hits.shared, database: misses, bypass: bypasses });
  });
  metrics.counter('signpost_cache_joined_total', 'Readers who waited for what another one was fetching.', () =>
    by('from', { process: counters().joined.flights, elsewhere: counters().joined.leases }),
  );
  metrics.counter('signpost_cache_fills_total', 'What became of what was read from the database.', () =>
    by('result', counters().fills),
  );
  metrics.counter(
    'signpost_cache_invalidations_total',
    'Writes that were told to the cache, or left to the outbox.',
    () =>
      by('result', {
        delivered: counters().invalidations.delivered,
        undelivered: counters().invalidations.undelivered,
      }),
  );
  addHeld(metrics, counters);
  addStore(metrics, counters);
}

function addHeld(metrics: Metrics, counters: () => CacheCounters): void {
  metrics.gauge('signpost_cache_entries', 'Answers that this process keeps.', () => counters().held.entries);
  metrics.gauge('signpost_cache_bytes', 'Memory that they take.', () => counters().held.octets);
  metrics.counter('signpost_cache_evictions_total', 'Answers that made room.', () => counters().held.evicted);
}

function addStore(metrics: Metrics, counters: () => CacheCounters): void {
  metrics.gauge(
    'signpost_cache_store_up',
    'Whether the store of the cache is used: 0 while Redis is away.',
    () => (counters().store.state === 'closed' ? 1 : 0),
    'min',
  );
  metrics.counter('signpost_cache_store_lost_total', 'How often it was found away.', () => counters().store.opened);
  metrics.counter(
    'signpost_cache_replayed_total',
    'Writes that were delivered from the outbox, in the place of their writer.',
    () => counters().outbox.replayed,
  );
  metrics.gauge(
    'signpost_cache_replay_lag_seconds',
    'How long the last of them had waited.',
    () => counters().outbox.lagMs / 1_000,
    'max',
  );
  metrics.counter(
    'signpost_cache_outbox_failures_total',
    'How often the outbox could not be used.',
    () => counters().outbox.failed,
  );
}

function by(label: string, counts: Readonly<Record<string, number>>): Reading<number>[] {
  return Object.entries(counts).map(([value, count]) => [{ [label]: value }, count]);
}
