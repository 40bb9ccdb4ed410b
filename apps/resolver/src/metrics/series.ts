import type { Reading } from '#libs/observability';

/** Counts by name: `{ passing: 3, critical: 1 }`. */
export type Counts = Readonly<Record<string, number>>;

/** A series for each name, which becomes the value of `label`. */
export function split(label: string, readings: readonly Reading<Counts>[]): Reading<number>[] {
  return readings.flatMap(([labels, counts]) =>
    Object.entries(counts).map(([name, count]): Reading<number> => [{ ...labels, [label]: name }, count]),
  );
}

/** Name by name. */
export function sum(all: readonly Counts[]): Counts {
  const total: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
