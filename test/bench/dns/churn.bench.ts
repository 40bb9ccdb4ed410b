import { inRounds, METHOD, ROUND_MS } from '../measure.js';
import { startResolver, type BenchResolver } from '../resolver.js';
import { median, withSpread } from '../statistics.js';
import { startServer, subject, type Subject } from '../subject.js';
import { printTable } from '../table.js';
import { fillForChanges } from './changes.js';
import { CHANGES_A_SECOND, lookForStale, runRound, type ChurnReport, type Kind, type Round } from './churn.js';

/** For how long the proxy of the control keeps its answers, in milliseconds. */
const CONTROL_MS = 20;

const KINDS: readonly Kind[] = ['questions', 'changes', 'apart', 'both'];

/** Microseconds of CPU time, from rounds that follow one another. */
interface Costs {
  /** An answer without changes. */
  readonly alone: number;
  /** A change by itself. */
  readonly change: number;
  /** A change beside questions that it has nothing to do with: less, as a busy process wakes up less often. */
  readonly changeApart: number;
  /** An answer beside changes, everything that the process did counted. */
  readonly all: number;
  /** The same less what as many changes cost by themselves. */
  readonly less: number;
  /** The same less what as many changes cost beside other questions. */
  readonly lessApart: number;
}

/** What 1,000 changes a second add to the CPU time of a DNS answer, and how soon DNS shows them. */
export async function benchChurn(): Promise<void> {
  const resolver = await startResolver();
  try {
    await fillForChanges(resolver);
    await measureCost(resolver);
    await measureStaleness(resolver);
  } finally {
    resolver.stop();
  }
}

async function measureCost(resolver: BenchResolver): Promise<void> {
  const rounds: Record<Kind, Round[]> = { questions: [], changes: [], apart: [], both: [] };
  await runRound(resolver, 'both');
  await inRounds(KINDS, async (kind) => void rounds[kind].push(await runRound(resolver, kind)));
  const costs = rounds.both.map((_, i) => costsOf((kind) => rounds[kind][i]!));
  const cost = (pick: (costs: Costs) => number, digits = 2) => median(costs.map(pick)).toFixed(digits);
  const withRatio = (pick: (costs: Costs) => number) => [cost(pick), withSpread(costs.map((c) => pick(c) / c.alone))];
  const done = (kind: Kind) => [
    median(rounds[kind].map(({ answersPerSecond }) => answersPerSecond)).toFixed(0),
    median(rounds[kind].map(({ changesPerSecond }) => changesPerSecond)).toFixed(0),
  ];
  printTable(
    `DNS beside ${CHANGES_A_SECOND} changes a second: 20,000 instances, 2,000 services, SRV and A (${METHOD})`,
    ['Load', 'answers/s', 'changes/s', 'CPU µs a change', 'CPU µs an answer', 'ratio'],
    [
      ['questions', ...done('questions'), '', ...withRatio((c) => c.alone)],
      ['changes', ...done('changes'), cost((c) => c.change, 0), '', ''],
      ['changes, questions about other services', ...done('apart'), cost((c) => c.changeApart, 0), '', ''],
      ['both: all CPU time', ...done('both'), '', ...withRatio((c) => c.all)],
      ['both: less that of changes alone', '', '', '', ...withRatio((c) => c.less)],
      ['both: less that of changes beside other questions', '', '', '', ...withRatio((c) => c.lessApart)],
    ],
  );
}

function costsOf(round: (kind: Kind) => Round): Costs {
  const [questions, changes, apart, both] = [round('questions'), round('changes'), round('apart'), round('both')];
  const alone = questions.cpu / questions.answers;
  const change = changes.cpu / changes.changes;
  const changeApart = (apart.cpu - alone * apart.answers) / apart.changes;
  const lessChanges = (each: number) => (both.cpu - each * both.changes) / both.answers;
  const [all, less, lessApart] = [lessChanges(0), lessChanges(change), lessChanges(changeApart)];
  return { alone, change, changeApart, all, less, lessApart };
}

/** @throws when the checker finds nothing where answers are known to be late: then it proves nothing */
async function measureStaleness(resolver: BenchResolver): Promise<void> {
  const { ready, child } = await startServer('./peers/stale-proxy.js', {}, [
    resolver.dns.host,
    String(resolver.dns.port),
    String(CONTROL_MS),
  ]);
  const proxy = subject(`control: a proxy that keeps answers for ${CONTROL_MS} ms`, ready.endpoints['dns']!, child);
  try {
    const found = await lookForStale(resolver, resolver.dns);
    const control = await lookForStale(resolver, proxy);
    printTable(
      `How soon DNS shows a change, asked from its 200 on beside the same load (${ROUND_MS} ms each)`,
      ['Server', 'changes', 'changes/s', 'stale answers', 'later than 5 ms', 'oldest, ms'],
      [row(resolver.dns, found), row(proxy, control)],
    );
    if (control.late === 0) throw new Error('the checker does not notice stale answers');
  } finally {
    proxy.stop();
  }
}

function row({ name }: Subject, { changes, seconds, stale, late, oldest }: ChurnReport): string[] {
  return [name, ...[changes, (changes / seconds).toFixed(0), stale, late, oldest.toFixed(1)].map(String)];
}
