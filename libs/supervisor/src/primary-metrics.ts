import { aggregate, type Exposable, type Family, type Metrics } from '#libs/observability';
import type { Channel, Gathered, PrimaryState } from '#libs/primary';

/** Adds what the primary counts: it serves no metrics itself. */
export function addPrimaryMetrics(metrics: Metrics, channel: Channel): void {
  const state = () => channel.ask<PrimaryState>('state');
  metrics.counter(
    'signpost_reloads_total',
    'Reloads, by whether new workers took over.',
    async () => {
      const { reloads } = await state();
      return [
        [{ result: 'succeeded' }, reloads.succeeded],
        [{ result: 'failed' }, reloads.failed],
      ];
    },
    'max',
  );
  metrics.counter(
    'signpost_worker_deaths_total',
    'Workers that ended by themselves and were replaced.',
    async () => (await state()).deaths,
    'max',
  );
  metrics.gauge(
    'signpost_workers',
    'Workers, by what they do.',
    async () => {
      const { serving, draining } = await state();
      return [
        [{ phase: 'serving' }, serving],
        [{ phase: 'draining' }, draining],
      ];
    },
    'max',
  );
}

/** By which workers ask each other for their metrics. */
const METRICS = 'metrics';

/** The metrics of all workers together, whichever of them is asked. A worker that does not answer in time is left out. */
export function metricsOfAll(metrics: Metrics, channel: Channel): Exposable {
  channel.on(METRICS, () => metrics.families());
  return {
    async text() {
      const gathered = await channel.ask<Gathered[]>('gather', { name: METRICS }).catch(() => []);
      const families = gathered.flatMap(({ answer }) => (answer ? [answer as Family[]] : []));
      return (families.length > 1 ? aggregate(families) : metrics).text();
    },
  };
}
