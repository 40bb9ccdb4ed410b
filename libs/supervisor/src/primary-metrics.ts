import type { Metrics } from '#libs/observability';
import type { Channel, PrimaryState } from '#libs/primary';

/** Adds what the primary counts: it serves no metrics itself. */
export function addPrimaryMetrics(metrics: Metrics, channel: Channel): void {
  const state = () => channel.ask<PrimaryState>('state');
  metrics.counter('signpost_reloads_total', 'Reloads, by whether new workers took over.', async () => {
    const { reloads } = await state();
    return [
      [{ result: 'succeeded' }, reloads.succeeded],
      [{ result: 'failed' }, reloads.failed],
    ];
  });
  metrics.counter(
    'signpost_worker_deaths_total',
    'Workers that ended by themselves and were replaced.',
    async () => (await state()).deaths,
  );
  metrics.gauge('signpost_workers', 'Workers, by what they do.', async () => {
    const { serving, draining } = await state();
    return [
      [{ phase: 'serving' }, serving],
      [{ phase: 'draining' }, draining],
    ];
  });
}
