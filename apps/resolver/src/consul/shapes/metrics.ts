import type { Family, Labels, Value } from '#libs/observability';

/** @see https://developer.hashicorp.com/consul/api-docs/agent#view-metrics */
export interface MetricsShape {
  /** As Go prints a time: `2026-11-23 08:15:00 +0000 UTC`. */
  readonly Timestamp: string;
  readonly Gauges: readonly GaugeShape[];
  /** Always empty: Consul has had none for years. */
  readonly Points: readonly never[];
  readonly Counters: readonly SampleShape[];
  readonly Samples: readonly SampleShape[];
}

interface GaugeShape {
  readonly Name: string;
  readonly Value: number;
  readonly Labels: Labels;
}

interface SampleShape {
  readonly Name: string;
  readonly Count: number;
  readonly Rate: number;
  readonly Sum: number;
  readonly Min: number;
  readonly Max: number;
  readonly Mean: number;
  readonly Stddev: number;
  readonly Labels: Labels;
}

/**
 * Metrics as Consul's JSON. Consul tells what its last ten seconds brought; here counts are since the start, and rates are over that time.
 *
 * @param seconds since the start
 */
export function agentMetrics(families: readonly Family[], now: Date, seconds: number): MetricsShape {
  const of = (type: Family['type']) => families.filter((family) => family.type === type);
  return {
    Timestamp: `${now.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    Gauges: of('gauge').flatMap(gauges),
    Points: [],
    Counters: of('counter').flatMap((family) => counters(family, seconds)),
    Samples: of('histogram').flatMap((family) => samples(family, seconds)),
  };
}

/** JSON has no NaN, which the event loop's delay is before anything was measured. */
function gauges({ name, values }: Family): GaugeShape[] {
  const known = values.filter(({ value }) => Number.isFinite(value));
  return known.map(({ labels, value }) => ({ Name: name, Value: value, Labels: texts(labels) }));
}

/** What is counted one by one has only ones in its sum. A sum of fractions, such as CPU time, goes for one: `Count` is whole. */
function counters({ name, values }: Family, seconds: number): SampleShape[] {
  return values.map(({ labels, value }) => {
    const counted = summary(Number.isInteger(value) ? value : 1, value, seconds);
    return { Name: name, ...counted, Min: counted.Mean, Max: counted.Mean, Labels: texts(labels) };
  });
}

/** A histogram's series, whose smallest and largest values are known as far as its buckets tell. */
function samples({ name, values }: Family, seconds: number): SampleShape[] {
  const series = Map.groupBy(values, ({ labels }) => JSON.stringify({ ...texts(labels), le: undefined }));
  return [...series].map(([labels, lines]) => {
    const total = (suffix: string) => lines.find(({ metricName }) => metricName === name + suffix)?.value ?? 0;
    const buckets = lines.filter(({ metricName }) => metricName === `${name}_bucket`);
    const counted = summary(total('_count'), total('_sum'), seconds);
    return {
      Name: name,
      ...counted,
      ...extremes(buckets, counted.Count),
      Labels: JSON.parse(labels) as Labels,
    };
  });
}

function summary(count: number, sum: number, seconds: number) {
  return { Count: count, Rate: sum / seconds, Sum: sum, Mean: count === 0 ? 0 : sum / count, Stddev: 0 };
}

/** The lower bound of the first bucket that holds a value, and the upper bound of the last one; without one, its lower bound. */
function extremes(buckets: readonly Value[], count: number): { Min: number; Max: number } {
  const bounds = buckets.map(({ labels }) => Number(labels['le']));
  const bound = (bucket: number) => (Number.isFinite(bounds[bucket]) ? bounds[bucket]! : 0);
  const last = buckets.findIndex(({ value }) => value === count);
  if (count === 0) return { Min: 0, Max: 0 };
  return { Min: bound(buckets.findIndex(({ value }) => value > 0) - 1), Max: bound(last) || bound(last - 1) };
}

function texts(labels: Value['labels']): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
