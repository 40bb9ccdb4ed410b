import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';
import { expose } from './exposition.js';
import { Metrics } from './metrics.js';

const OPEN = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5';

/** The lines of an exposition that are about metrics called x_... */
function ours(body: string): string[] {
  return body.split('\n').filter((line) => /^(# \w+ )?x_/.test(line));
}

describe('expose', () => {
  it('writes counters, gauges and histograms as they are when asked', async () => {
    const metrics = new Metrics('1.2.3');
    let seen = 1;
    const sizes = new Histogram([10, 20]);
    for (const size of [10, 11, 21]) sizes.add(size);
    metrics.counter('x_seen_total', 'Seen.', () => seen);
    metrics.gauge('x_by', 'By\nkind \\.', () => [[{ kind: 'a"b\\c\nd' }, -0.5]]);
    metrics.gauge('x_none', 'None yet.', () => []);
    metrics.histogram('x_size', 'Sizes.', async () => [[{ proto: 'udp' }, sizes]]);
    seen++;
    const { body, contentType } = await expose(metrics, undefined);
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('\nsignpost_build_info{version="1.2.3"} 1\n');
    expect(ours(body)).toEqual([
      '# HELP x_seen_total Seen.',
      '# TYPE x_seen_total counter',
      'x_seen_total 2',
      '# HELP x_by By\\nkind \\\\.',
      '# TYPE x_by gauge',
      'x_by{kind="a\\"b\\\\c\\nd"} -0.5',
      '# HELP x_none None yet.',
      '# TYPE x_none gauge',
      '# HELP x_size Sizes.',
      '# TYPE x_size histogram',
      'x_size_bucket{proto="udp",le="10"} 1',
      'x_size_bucket{proto="udp",le="20"} 2',
      'x_size_bucket{proto="udp",le="+Inf"} 3',
      'x_size_sum{proto="udp"} 42',
      'x_size_count{proto="udp"} 3',
    ]);
  });

  it('writes OpenMetrics for who prefers it, and text again for the next one', async () => {
    const metrics = new Metrics('1.2.3');
    const sizes = new Histogram([1, 2.5]);
    metrics.counter('x_seen_total', 'Seen.', () => 2);
    metrics.gauge('x_open_total', 'Open, under a name for a counter.', () => 3);
    metrics.histogram('x_size', 'Sizes.', () => sizes);
    const { body, contentType } = await expose(metrics, OPEN);
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body).toMatch(/[^\n]\n# EOF\n$/);
    expect(body).not.toContain('\n\n');
    expect(ours(body)).toEqual([
      '# HELP x_seen Seen.',
      '# TYPE x_seen counter',
      'x_seen_total 2',
      '# HELP x_open_total Open, under a name for a counter.',
      '# TYPE x_open_total gauge',
      'x_open_total 3',
      '# HELP x_size Sizes.',
      '# TYPE x_size histogram',
      'x_size_bucket{le="1.0"} 0',
      'x_size_bucket{le="2.5"} 0',
      'x_size_bucket{le="+Inf"} 0',
      'x_size_sum 0',
      'x_size_count 0',
    ]);
    const text = await expose(metrics, undefined);
    expect(ours(text.body)).toContain('# TYPE x_seen_total counter');
    expect(text.body).not.toContain('EOF');
  });

  it.each([
    ['text/plain', false],
    ['*/*', false],
    ['application/openmetrics-text;q=0,text/plain', false],
    ['application/openmetrics-text; q=0.000', false],
    ['text/html, Application/OpenMetrics-Text', true],
    ['application/openmetrics-text;q=0.1', true],
  ])('takes Accept: %s', async (accept, open) => {
    const { contentType } = await expose(new Metrics(''), accept);
    expect(contentType.startsWith('application/openmetrics-text')).toBe(open);
  });
});
