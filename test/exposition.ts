/** One metric of an exposition. */
export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total'],
  histogram: ['_bucket', '_sum', '_count'],
};
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(,|$)/y;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i;

/**
 * Parses an exposition as strictly as its formats are written, which scrapers are not: each metric in one piece, HELP before TYPE before
 * samples, no series twice, buckets that add up.
 *
 * @param open whether it is OpenMetrics 1.0; else Prometheus' text 0.0.4
 * @throws Error that names the line
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseExposition(body: string, open = false): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  const series = new Set<string>();
  for (const line of linesOf(body, open)) {
    if (line.startsWith('#')) describe(line, families);
    else addSample(line, [...families.values()].at(-1), series, open);
  }
  for (const family of families.values()) if (family.type === 'histogram') requireBuckets(family);
  return families;
}

function linesOf(body: string, open: boolean): string[] {
  const lines = body.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (!open) return lines.filter((line) => line !== '');
  if (lines.pop() !== '# EOF') throw new Error('the last line is not # EOF');
  return lines;
}

function describe(line: string, families: Map<string, ParsedFamily>): void {
  const [, word, name, text] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
  if (!word || !name || !text) throw new Error(`neither HELP nor TYPE: ${line}`);
  const last = [...families.values()].at(-1);
  if (word === 'HELP') {
    if (families.has(name)) throw new Error(`described twice: ${name}`);
    if (/\\(?![\\n])|"/.test(text)) throw new Error(`not escaped: ${line}`);
    families.set(name, { name, help: text, type: '', samples: [] });
  } else {
    if (last?.name !== name || last.type !== '' || !SUFFIXES[text]) throw new Error(`out of place: ${line}`);
    families.set(name, { ...last, type: text });
  }
}

function addSample(line: string, family: ParsedFamily | undefined, series: Set<string>, open: boolean): void {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (!NUMBER.test(value)) throw new Error(`not a sample: ${line}`);
  const suffix = family && name.startsWith(family.name) ? name.slice(family.name.length) : undefined;
  const counterInText = !open && family?.type === 'counter' && family.name.endsWith('_total');
  const suffixes = counterInText ? [''] : (SUFFIXES[family?.type ?? ''] ?? []);
  if (suffix === undefined || !suffixes.includes(suffix)) throw new Error(`not of ${family?.name}: ${line}`);
  const sample = { name, labels: parseLabels(labels), value: Number(value.replace(/Inf$/i, 'Infinity')) };
  const key = JSON.stringify([name, Object.entries(sample.labels).sort()]);
  if (series.has(key)) throw new Error(`a second time: ${line}`);
  series.add(key);
  family!.samples.push(sample);
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || name in labels) throw new Error(`wrong labels: ${text}`);
    labels[name] = value!.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

/** Bounds go up, each bucket holds what the one before does, and the last one everything. */
function requireBuckets({ name, samples }: ParsedFamily): void {
  const histograms = Map.groupBy(samples, ({ labels: { le: _le, ...labels } }) => JSON.stringify(labels));
  for (const [labels, lines] of histograms) {
    const buckets = lines.filter((line) => line.name.endsWith('_bucket'));
    const bounds = buckets.map((line) => Number(line.labels['le']!.replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const count = lines.find((line) => line.name.endsWith('_count'))?.value;
    const ascending = (list: number[]) => list.every((value, i) => i === 0 || list[i - 1]! <= value);
    const sound = ascending(bounds) && ascending(counts) && bounds.at(-1) === Infinity && counts.at(-1) === count;
    if (!sound || !lines.some((line) => line.name.endsWith('_sum'))) throw new Error(`unsound: ${name}${labels}`);
  }
}
