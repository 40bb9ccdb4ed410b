import type { Exposable } from './metrics.js';

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/**
 * The metrics in the format that the client prefers: OpenMetrics 1.0 when its Accept header names that, else Prometheus' text, which
 * every scraper reads.
 *
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export async function expose(metrics: Exposable, accept: string | undefined): Promise<Exposition> {
  const text = await metrics.text();
  if (!acceptsOpenMetrics(accept)) return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: text };
  const contentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  return { contentType, body: toOpenMetrics(text) };
}

/** Whether one of the media ranges is OpenMetrics and not one that the client refuses (q=0). */
function acceptsOpenMetrics(accept = ''): boolean {
  const range = accept.split(',').find((item) => item.trim().toLowerCase().startsWith('application/openmetrics-text'));
  return range !== undefined && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range);
}

/**
 * Prometheus' text as OpenMetrics: a counter is described by its name without `_total`, bounds of buckets are floats, there are no blank
 * lines, and the end is marked. (prom-client can do this too, but then renames the counters for all later readers.)
 */
export function toOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\w+)_total counter$/gm)].map(([, name]) => name));
  const lines = text.split('\n').filter((line) => line !== '');
  const described = lines.map((line) =>
    line
      .replace(/^# (HELP|TYPE) (\w+)_total(?= )/, (whole, word, name) =>
        counters.has(name) ? `# ${word} ${name}` : whole,
      )
      .replace(/([{,]le="\d+)(?=")/, '$1.0'),
  );
  return `${described.join('\n')}\n# EOF\n`;
}
