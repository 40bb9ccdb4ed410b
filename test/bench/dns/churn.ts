import { setTimeout as sleep } from 'node:timers/promises';
import { namesOf } from '../fill.js';
import { ROUND_MS } from '../measure.js';
import type { BenchResolver } from '../resolver.js';
import { pathOf, reportOf, type Subject } from '../subject.js';
import { CHANGED, UNCHANGED } from './changes.js';
import { askOverUdp, requireAnswers } from './load.js';
import { frameQuestions } from './questions.js';
import type { Staleness } from './staleness.js';

export const CHANGES_A_SECOND = 1_000;

/** Milliseconds that the process that makes changes gets to start, so that it begins when the questions do. */
const START_MS = 300;

/** What is on in a round: questions, changes, both, or changes beside questions about services that do not change. */
export type Kind = 'questions' | 'changes' | 'both' | 'apart';

/** What a round cost, and what was done for it. */
export interface Round {
  /** Microseconds of CPU time of the whole process. */
  readonly cpu: number;
  readonly answersPerSecond: number;
  readonly answers: number;
  readonly changesPerSecond: number;
  readonly changes: number;
}

/** What the process that makes changes tells; staleness if it was to look for it. */
export interface ChurnReport extends Staleness {
  readonly changes: number;
  readonly seconds: number;
}

const questions = frameQuestions(namesOf(CHANGED), ['SRV', 'A']);
const questionsApart = frameQuestions(namesOf(UNCHANGED), ['SRV', 'A']);

/** Asks questions, makes changes, or both at the same time, for the time of a round. */
export async function runRound(resolver: BenchResolver, kind: Kind): Promise<Round> {
  const before = resolver.dns.cpuMicroseconds();
  const [answers, churn] = await Promise.all([
    kind === 'changes' ? 0 : ask(resolver, kind === 'apart' ? questionsApart : questions),
    kind === 'questions' ? undefined : change(resolver),
  ]);
  return {
    cpu: resolver.dns.cpuMicroseconds() - before,
    answers,
    answersPerSecond: (answers / ROUND_MS) * 1_000,
    changes: churn?.changes ?? 0,
    changesPerSecond: churn ? churn.changes / churn.seconds : 0,
  };
}

/** Makes changes and looks whether `dns` shows them, while questions are asked of the resolver. */
export async function lookForStale(resolver: BenchResolver, dns: Subject): Promise<ChurnReport> {
  const [churn] = await Promise.all([change(resolver, dns), ask(resolver, questions)]);
  return churn;
}

async function ask({ dns }: BenchResolver, what: Buffer): Promise<number> {
  await sleep(START_MS);
  const report = await askOverUdp(dns, what, { ms: ROUND_MS, shared: true });
  requireAnswers(dns, report);
  return report.answers;
}

function change({ http }: BenchResolver, checked?: Subject): Promise<ChurnReport> {
  const script = [process.execPath, pathOf('./load/churn.js')];
  const check = checked ? [checked.host, checked.port] : [];
  const begin = Date.now() + START_MS;
  return reportOf(script, [`http://${http.host}:${http.port}`, CHANGES_A_SECOND, begin, ROUND_MS, ...check]);
}
