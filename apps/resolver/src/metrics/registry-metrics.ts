import type { Metrics } from '#libs/observability';
import type { Registry, Watches } from '#libs/registry';
import { split } from './series.js';

/** Adds what can be counted of the registry: what is in it, who waits for it, its store and its checks. */
export function addRegistryMetrics(metrics: Metrics, registry: Registry, watches: Watches): void {
  const { catalog } = registry;
  metrics.gauge('signpost_registry_nodes', 'Nodes in the catalog.', () => catalog.counts.nodes, 'max');
  metrics.gauge(
    'signpost_registry_services',
    'Services with at least one instance.',
    () => catalog.counts.services,
    'max',
  );
  metrics.gauge('signpost_registry_instances', 'Instances of services.', () => catalog.counts.instances, 'max');
  metrics.gauge(
    'signpost_registry_checks',
    'Checks by what they say.',
    () => split('status', [[{}, catalog.counts.checks]]),
    'max',
  );
  metrics.gauge(
    'signpost_registry_revision',
    'The latest revision: the X-Consul-Index.',
    () => catalog.revision,
    'max',
  );
  metrics.gauge('signpost_registry_watchers', 'Blocking queries that wait for a change.', () => watches.size);
  metrics.gauge(
    'signpost_registry_stale',
    'Whether changes of other processes may be missing.',
    () => (registry.stale ? 1 : 0),
    'max',
  );
  addStoreMetrics(metrics, registry);
  metrics.counter(
    'signpost_registry_check_runs_total',
    'Runs of checks by what they said; of type ttl: reports of services, and those that did not come in time.',
    () =>
      split(
        'status',
        Object.entries(registry.checks.verdicts).map(([type, counts]) => [{ type }, counts]),
      ),
  );
}

function addStoreMetrics(metrics: Metrics, registry: Registry): void {
  metrics.counter(
    'signpost_registry_commits_total',
    'Sets of changes made durable, each under its own revision.',
    () => registry.writes.commits,
  );
  metrics.histogram(
    'signpost_registry_store_write_duration_seconds',
    'How long a write to the store took, with all commits that shared it.',
    () => registry.writes.seconds,
  );
  metrics.counter(
    'signpost_registry_store_write_failures_total',
    'Writes to the store that failed.',
    () => registry.writes.failed,
  );
}
