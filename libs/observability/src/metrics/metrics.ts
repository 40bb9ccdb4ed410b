import { AggregatorRegistry, collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import type { HistogramCounts } from './histogram.js';

/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

/** A series of a metric at one moment: its labels, and its number or its histogram. */
export type Reading<T> = readonly [labels: Labels, value: T];

/** Gives the present state of a metric: a value without labels, or one for each set of labels. */
export type Read<T> = () => T | Iterable<Reading<T>> | Promise<T | Iterable<Reading<T>>>;

/** One line of a metric, and the name it has where that is not the metric's own: `x_bucket`, `x_sum`, `x_count`. */
export interface Value {
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A metric with all its series at one moment. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly Value[];
  /** How the values of several workers become one; prom-client has more of them for its own. */
  readonly aggregator?: Across;
}

/** How the values of a program's workers become one: `sum`, unless each of them tells of the same thing. */
export type Across = 'sum' | 'min' | 'max';

/** What can be shown to Prometheus. */
export interface Exposable {
  /** In Prometheus' text format, version 0.0.4. */
  text(): Promise<string>;
}

/** The metrics of several workers as those of one program. */
export function aggregate(workers: readonly (readonly Family[])[]): Exposable {
  const registry = AggregatorRegistry.aggregate(workers as never);
  return { text: () => registry.metrics() };
}

/**
 * The metrics of one program: those of its process, and those that it adds. What is counted lies in plain numbers where it happens and
 * is read when somebody asks, so that counting costs an addition.
 */
export class Metrics implements Exposable {
  readonly #process = processMetrics();
  readonly #own = new Registry();

  /** @param version of the program, shown as `signpost_build_info` */
  constructor(version: string) {
    this.gauge('signpost_build_info', 'The version that runs.', () => [[{ version }, 1]], 'max');
  }

  /** Adds a number that only goes up. @param name ends in `_total` */
  counter(name: string, help: string, read: Read<number>, across: Across = 'sum'): void {
    this.#add({ name, help, type: 'counter', aggregator: across }, async () => (await readings(read)).map(toValue));
  }

  /** Adds a number that goes up and down. */
  gauge(name: string, help: string, read: Read<number>, across: Across = 'sum'): void {
    this.#add({ name, help, type: 'gauge', aggregator: across }, async () => (await readings(read)).map(toValue));
  }

  histogram(name: string, help: string, read: Read<HistogramCounts>): void {
    this.#add({ name, help, type: 'histogram', aggregator: 'sum' }, async () =>
      (await readings(read)).flatMap((reading) => toBuckets(name, reading)),
    );
  }

  /** All metrics in Prometheus' text format, version 0.0.4. */
  text(): Promise<string> {
    return this.#all().metrics();
  }

  /** All metrics as data. */
  async families(): Promise<Family[]> {
    return (await this.#all().getMetricsAsJSON()) as unknown as Family[];
  }

  #all(): Registry {
    return Registry.merge([this.#process, this.#own]);
  }

  #add(about: Omit<Family, 'values'>, read: () => Promise<Value[]>): void {
    const metric = { ...about, get: async (): Promise<Family> => ({ ...about, values: await read() }) };
    // All that a registry asks of a metric is its name and `get`; those of the package can only be counted up one by one.
    this.#own.registerMetric(metric as unknown as Metric);
  }
}

let ofProcess: Registry | undefined;

/** CPU, memory, event loop and garbage collection: watched once, however many programs a test starts in one process. */
function processMetrics(): Registry {
  if (!ofProcess) collectDefaultMetrics({ register: (ofProcess = new Registry()) });
  return ofProcess;
}

async function readings<T>(read: Read<T>): Promise<Reading<T>[]> {
  const state = await read();
  return isIterable(state) ? [...state] : [[{}, state]];
}

function isIterable<T>(state: T | Iterable<Reading<T>>): state is Iterable<Reading<T>> {
  return typeof state === 'object' && state !== null && Symbol.iterator in state;
}

function toValue([labels, value]: Reading<number>): Value {
  return { labels, value };
}

/** Each bucket of an exposition holds what those below it hold too; the last one holds all. */
function toBuckets(name: string, [labels, { bounds, counts, sum }]: Reading<HistogramCounts>): Value[] {
  let count = 0;
  const buckets = counts.map((of, i): Value => {
    count += of;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
