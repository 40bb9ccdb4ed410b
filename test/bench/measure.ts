import type { Subject } from './subject.js';

/** Puts load on a subject for so many milliseconds and gives the number of answers. */
export type Load = (subject: Subject, ms: number) => Promise<number>;

interface Sample {
  readonly cpu: number;
  readonly rate: number;
}

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? 2_000);
const WARM_UP_MS = 1_000;

/**
 * Measures the subjects in turns, round by round, so that a busy moment of the machine falls on all alike, and prints for
 * each the median of its CPU time for an answer and of its answers a second. The first subject is the peer that the
 * ratios are to.
 */
export async function measure(title: string, subjects: readonly Subject[], load: Load): Promise<void> {
  for (const one of subjects) await load(one, WARM_UP_MS);
  const samples = new Map<Subject, Sample[]>(subjects.map((one) => [one, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of subjects) samples.get(one)!.push(await sample(one, load));
  }
  console.log(`\n${title} (median of ${ROUNDS} interleaved rounds of ${ROUND_MS} ms)\n`);
  console.log('| Server | CPU µs an answer | ratio | answers/s | ratio |\n|---|---|---|---|---|');
  const peer = medians(samples.get(subjects[0]!)!);
  for (const one of subjects) {
    const { cpu, rate } = medians(samples.get(one)!);
    const cells = [cpu.toFixed(2), (cpu / peer.cpu).toFixed(2), rate.toFixed(0), (rate / peer.rate).toFixed(2)];
    console.log(`| ${one.name} | ${cells.join(' | ')} |`);
  }
}

async function sample(one: Subject, load: Load): Promise<Sample> {
  const before = one.cpuMicroseconds();
  const began = performance.now();
  const answers = await load(one, ROUND_MS);
  const seconds = (performance.now() - began) / 1_000;
  if (answers === 0) throw new Error(`${one.name} gave no answer`);
  return { cpu: (one.cpuMicroseconds() - before) / answers, rate: answers / seconds };
}

function medians(samples: readonly Sample[]): Sample {
  return { cpu: median(samples.map(({ cpu }) => cpu)), rate: median(samples.map(({ rate }) => rate)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
