import { describe, expect, it } from 'vitest';
import { parseExposition } from './exposition.js';

const GAUGE = '# HELP a A.\n# TYPE a gauge\n';
const HISTOGRAM = '# HELP h H.\n# TYPE h histogram\n';
const SOUND = 'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n';

describe('parseExposition', () => {
  it('reads labels with escapes, and numbers of all forms', () => {
    const { samples } = parseExposition(`${GAUGE}a{x="1\\"2\\\\3\\n4",y=""} -1.5e-7\na NaN\na{x="i"} +Inf\n`).get('a')!;
    expect(samples.map(({ labels, value }) => [labels, value])).toEqual([
      [{ x: '1"2\\3\n4', y: '' }, -1.5e-7],
      [{}, NaN],
      [{ x: 'i' }, Infinity],
    ]);
    expect(parseExposition(HISTOGRAM + SOUND).get('h')!.samples).toHaveLength(4);
  });

  it.each([
    ['an end without a line break', `${GAUGE}a 1`],
    ['a sample that nobody described', 'a 1\n'],
    ['a sample of another metric', `${GAUGE}b 1\n`],
    ['a metric in two pieces', `${GAUGE}# HELP b B.\n# TYPE b gauge\nb 1\na 1\n`],
    ['a metric described twice', `${GAUGE}${GAUGE}`],
    ['a series twice', `${GAUGE}a{x="1",y="2"} 1\na{y="2",x="1"} 2\n`],
    ['a type that is none', '# HELP a A.\n# TYPE a thing\n'],
    ['a counter without _total', '# HELP a A.\n# TYPE a counter\na 1\n'],
    ['a text that is no number', `${GAUGE}a one\n`],
    ['a label without quotes', `${GAUGE}a{x=1} 1\n`],
    ['a label twice', `${GAUGE}a{x="1",x="2"} 1\n`],
    ['buckets that shrink', `${HISTOGRAM}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
    ['a count that the buckets do not have', `${HISTOGRAM}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
  ])('refuses %s', (_, body) => {
    expect(() => parseExposition(body)).toThrow();
  });

  it.each([
    ['no end', `${GAUGE}a 1\n`],
    ['something behind the end', `${GAUGE}a 1\n# EOF\na 2\n`],
    ['a blank line', `${GAUGE}\na 1\n# EOF\n`],
    ['a counter described with _total', '# HELP a_total A.\n# TYPE a_total counter\na_total 1\n# EOF\n'],
  ])('refuses OpenMetrics with %s', (_, body) => {
    expect(() => parseExposition(body, true)).toThrow();
  });
});
