import { inRounds, METHOD, ROUND_MS, WARM_UP_MS } from '../measure.js';
import { startResolver } from '../resolver.js';
import { median, ratios, withSpread } from '../statistics.js';
import type { Subject } from '../subject.js';
import { printTable } from '../table.js';
import { askOverUdp, hasNativeLoad, requireAnswers, type LoadReport } from './load.js';
import { startUdpEcho } from './peers.js';
import { frameQuestion, serviceName } from './questions.js';

/** Latency of SRV answers at half the rate that the resolver can do, beside that of a UDP echo at the same rate. */
export async function benchLatency(): Promise<void> {
  if (!hasNativeLoad) return console.log('\nDNS latency is left out: its load at a fixed rate needs a C compiler');
  const resolver = await startResolver(3);
  const echo = await startUdpEcho();
  try {
    await measureLatency([echo, resolver.dns], frameQuestion(serviceName('web'), 'SRV'));
  } finally {
    echo.stop();
    resolver.stop();
  }
}

/** @param subjects the peer first, the one whose highest rate counts last */
async function measureLatency(subjects: readonly Subject[], question: Buffer): Promise<void> {
  for (const one of subjects) await askOverUdp(one, question, { ms: WARM_UP_MS });
  const { answers } = await askOverUdp(subjects.at(-1)!, question, { ms: ROUND_MS });
  const rate = (answers / ROUND_MS) * 1_000 * 0.5;
  const rounds = new Map<Subject, LoadReport[]>(subjects.map((one) => [one, []]));
  await inRounds(subjects, async (one) => {
    const report = await askOverUdp(one, question, { ms: ROUND_MS, rate });
    requireAnswers(one, report);
    rounds.get(one)!.push(report);
  });
  const peer = rounds.get(subjects[0]!)!;
  printTable(
    `DNS latency: SRV, 3 instances, ${Math.round(rate)} questions a second, half of the highest rate (${METHOD})`,
    ['Server', 'p50 µs', 'ratio', 'p99 µs', 'ratio', 'lowest p99', 'ratio of lowest', 'lost'],
    subjects.map((one) => [one.name, ...cells(rounds.get(one)!, peer)]),
  );
}

function cells(reports: readonly LoadReport[], peer: readonly LoadReport[]): string[] {
  const [p50, peer50] = [reports.map((one) => one.p50), peer.map((one) => one.p50)];
  const [p99, peer99] = [reports.map((one) => one.p99), peer.map((one) => one.p99)];
  const lost = reports.reduce((sum, { sent, answers }) => sum + sent - answers, 0);
  return [
    median(p50).toFixed(0),
    withSpread(ratios(p50, peer50)),
    median(p99).toFixed(0),
    withSpread(ratios(p99, peer99)),
    Math.min(...p99).toFixed(0),
    (Math.min(...p99) / Math.min(...peer99)).toFixed(2),
    String(lost),
  ];
}
