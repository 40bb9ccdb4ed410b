import { existsSync } from 'node:fs';
import type { Load } from '../measure.js';
import { pathOf, reportOf, type Subject } from '../subject.js';

/** What a load generator saw. */
export interface LoadReport {
  readonly sent: number;
  readonly answers: number;
  readonly noerror: number;
  /** Of all answers. */
  readonly octets: number;
  /** The share of its time in which the generator had something to do: near 1 it was the limit, not the server. */
  readonly busy: number;
  /** Percentiles of latency in microseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** How questions are asked. */
export interface UdpLoad {
  readonly ms: number;
  /** Questions under way at a time; without `rate`. */
  readonly window?: number;
  /** Questions a second, sent whatever comes back. */
  readonly rate?: number;
  /** Ends after so many answers. */
  readonly count?: number;
  /** Whether another program needs the load's core as well. */
  readonly shared?: boolean;
}

/** A load that remembers what it saw. */
export interface RecordedLoad {
  readonly load: Load;
  readonly reports: ReadonlyMap<Subject, readonly LoadReport[]>;
}

/** Questions under way at a time: enough to keep a server busy, few enough for its receive buffer. */
const WINDOW = 64;

const NATIVE = pathOf('./load/udp');

/** Whether the load generator in C was built; without it the one on Node takes its place, and there is no open loop. */
export const hasNativeLoad = existsSync(NATIVE);

/** Asks a server the `questions` over UDP, again and again. */
export async function askOverUdp(
  { host, port }: Subject,
  questions: Buffer,
  { ms, window = WINDOW, rate, count, shared = false }: UdpLoad,
): Promise<LoadReport> {
  const command = hasNativeLoad ? [NATIVE] : [process.execPath, pathOf('./load/udp.js')];
  const loop = [...(shared ? ['-s'] : []), ...(rate === undefined ? ['-w', window] : ['-r', Math.round(rate)])];
  const end = count === undefined ? [] : ['-n', count];
  return reportOf<LoadReport>(command, [...loop, ...end, host, port, ms], questions);
}

/** A load of `questions` for `measure`, with the reports of all its rounds, by subject. */
export function recordedLoad(questions: (subject: Subject) => Buffer): RecordedLoad {
  const reports = new Map<Subject, LoadReport[]>();
  return {
    reports,
    async load(subject, ms) {
      const report = await askOverUdp(subject, questions(subject), { ms });
      requireAnswers(subject, report);
      reports.set(subject, [...(reports.get(subject) ?? []), report]);
      return report.answers;
    },
  };
}

/** What a reader must know of the load besides the table: how long replies were, and whether the load was the limit. */
export function describeLoad(reports: RecordedLoad['reports']): string {
  const lengths = [...reports].map(([{ name }, all]) => {
    const last = all.at(-1)!;
    return `${name}: ${Math.round(last.octets / last.answers)}`;
  });
  const busiest = Math.max(...[...reports.values()].flat().map(({ busy }) => busy));
  const generator = hasNativeLoad ? 'load/udp.c' : 'load/udp.ts for want of a C compiler';
  const busy = `The load, ${generator}, was busy for at most ${Math.round(busiest * 100)} % of a round.`;
  return `\nOctets of a reply: ${lengths.join('; ')}.\n${busy}`;
}

/** @throws when not every answer was one: an error is cheaper than an answer and must not count as one */
export function requireAnswers({ name }: Subject, { answers, noerror }: LoadReport): void {
  if (answers === 0) throw new Error(`${name} gave no answer`);
  if (noerror !== answers) throw new Error(`${name}: ${answers - noerror} of ${answers} answers are errors`);
}
