import type { Metrics, Reading } from '#libs/observability';
import type { CountedDatabase } from '../database/counted.js';
import type { PoolCounts } from '../database/database.js';

/** Adds what is asked of the database, and the connections by which it is asked. */
export function addDatabaseMetrics(metrics: Metrics, database: CountedDatabase): void {
  metrics.histogram(
    'signpost_database_duration_seconds',
    'How long a read or a transaction took, with the wait for a connection.',
    () => byOperation(database.counts, ({ seconds }) => seconds),
  );
  metrics.counter('signpost_database_failures_total', 'Reads and transactions that failed or were rolled back.', () =>
    byOperation(database.counts, ({ failed }) => failed),
  );
  metrics.gauge('signpost_database_connections', 'Connections by what they do.', () =>
    byOperation(database.pools, (pool) => pool).flatMap(([labels, pool]) => byState(labels, pool)),
  );
  metrics.gauge('signpost_database_waiting', 'Requests that wait for a connection.', () =>
    byOperation(database.pools, ({ waiting }) => waiting),
  );
}

function byOperation<Of, T>(of: Readonly<Record<'read' | 'write', Of>>, read: (of: Of) => T): Reading<T>[] {
  return [
    [{ operation: 'read' }, read(of.read)],
    [{ operation: 'write' }, read(of.write)],
  ];
}

function byState(labels: Reading<PoolCounts>[0], { open, idle }: PoolCounts): Reading<number>[] {
  return [
    [{ ...labels, state: 'idle' }, idle],
    [{ ...labels, state: 'busy' }, open - idle],
  ];
}
