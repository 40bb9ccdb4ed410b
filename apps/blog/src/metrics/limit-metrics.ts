import type { Metrics } from '#libs/observability';
import type { LimitCounters } from '../limits/limit-stores.js';

/** Adds whether rates and failed logins are counted in the store that processes share, and what was not. */
export function addLimitMetrics(metrics: Metrics, { counters }: { readonly counters: LimitCounters }): void {
  metrics.gauge(
    'signpost_blog_limits_store_up',
    'Whether the store of rates and failed logins is used: 0 while Redis is away.',
    () => (counters.isUp ? 1 : 0),
    'min',
  );
  metrics.counter(
    'signpost_blog_limits_alone_total',
    'Requests and logins that a process has counted by itself, as Redis could not be asked.',
    () => [
      [{ kind: 'request' }, counters.alone.rates],
      [{ kind: 'login' }, counters.alone.logins],
    ],
  );
}
