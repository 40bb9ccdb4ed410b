import { median, ratios, withSpread } from './statistics.js';
import type { Subject } from './subject.js';
import { printTable } from './table.js';

/** Puts load on a subject for so many milliseconds and gives the number of answers. */
export type Load = (subject: Subject, ms: number) => Promise<number>;

/** What one round of load on a subject cost. */
export interface Sample {
  /** Microseconds of the server's CPU time, user and system, for each answer. */
  readonly cpu: number;
  /** Answers a second. */
  readonly rate: number;
}

export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
export const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? 2_000);
export const WARM_UP_MS = 1_000;

/** How a table of medians came about, for its title. */
export const METHOD = `median of ${ROUNDS} interleaved rounds of ${ROUND_MS} ms`;

/**
 * Measures the subjects in turns, round by round, so that a busy moment of the machine falls on all alike, and prints for
 * each its CPU time for an answer and its answers a second. The first subject is the peer: ratios are taken round by round
 * to its figure of the same round, and the median of them is what counts.
 */
export async function measure(title: string, subjects: readonly Subject[], load: Load): Promise<void> {
  for (const one of subjects) await load(one, WARM_UP_MS);
  const samples = new Map<Subject, Sample[]>(subjects.map((one) => [one, []]));
  await inRounds(subjects, async (one) => void samples.get(one)!.push(await sample(one, load)));
  const peer = samples.get(subjects[0]!)!;
  printTable(
    `${title} (${METHOD}; ratios with lowest and highest)`,
    ['Server', 'CPU µs an answer', 'ratio', 'lowest', 'ratio of lowest', 'answers/s', 'ratio'],
    subjects.map((one) => [one.name, ...cells(samples.get(one)!, peer)]),
  );
}

/** Calls `run` for each of `things` in turns, as many times as there are rounds. */
export async function inRounds<T>(things: readonly T[], run: (thing: T) => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) for (const thing of things) await run(thing);
}

async function sample(one: Subject, load: Load): Promise<Sample> {
  const before = one.cpuMicroseconds();
  const began = performance.now();
  const answers = await load(one, ROUND_MS);
  const seconds = (performance.now() - began) / 1_000;
  if (answers === 0) throw new Error(`${one.name} gave no answer`);
  return { cpu: (one.cpuMicroseconds() - before) / answers, rate: answers / seconds };
}

function cells(samples: readonly Sample[], peer: readonly Sample[]): string[] {
  const cpu = samples.map((one) => one.cpu);
  const peerCpu = peer.map((one) => one.cpu);
  const rate = samples.map((one) => one.rate);
  const peerRate = peer.map((one) => one.rate);
  return [
    median(cpu).toFixed(2),
    withSpread(ratios(cpu, peerCpu)),
    Math.min(...cpu).toFixed(2),
    (Math.min(...cpu) / Math.min(...peerCpu)).toFixed(2),
    median(rate).toFixed(0),
    median(ratios(rate, peerRate)).toFixed(2),
  ];
}
