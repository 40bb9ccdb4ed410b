import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fill, namesOf } from '../fill.js';
import { startResolverAlone, type BenchResolver } from '../resolver.js';
import { pathOf } from '../subject.js';
import { printTable } from '../table.js';
import { askOverUdp } from './load.js';
import { frameQuestion, frameQuestions, serviceName, type QuestionType } from './questions.js';

/** In octets, after a garbage collection. */
interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  /** Of buffers. */
  readonly external: number;
}

/** Few enough that all their answers fit the cache. */
const NAMES = { prefix: 'web', count: 20_000, instances: 1 } as const;

const QUERIES = Number(process.env['BENCH_QUERIES'] ?? 2_000_000);

/** So many that the cache has been full for a while, and what grows only once has grown. */
const WARM_UP_QUERIES = 600_000;

/** No benchmark takes longer. */
const LONGEST_MS = 3 * 3_600_000;

/** What a name with a cached answer takes, and whether memory grows with the number of questions. */
export async function benchMemory(): Promise<void> {
  const resolver = await startResolverAlone(0, ['--expose-gc', '--import', pathOf('./memory-probe.js')]);
  try {
    await fill(resolver, [NAMES]);
    await measureNames(resolver);
    await measureGrowth(resolver);
  } finally {
    resolver.stop();
  }
}

/**
 * For one type after the other, so that the second row tells what a second answer for a name adds. What is set aside from
 * the start, as a cache of fixed size may be, does not show in heap and external; RSS counts what is in use of it.
 */
async function measureNames(resolver: BenchResolver): Promise<void> {
  const unknown = frameQuestion(serviceName('unknown'), 'A');
  await askOverUdp(resolver.dns, unknown, { ms: LONGEST_MS, count: WARM_UP_QUERIES });
  const rows = [];
  for (const type of ['A', 'SRV'] as const) rows.push(await memoryOfNames(resolver, type));
  const head = ['Type', 'octets of an answer', 'heap', 'external', 'both', 'RSS'];
  printTable(`Memory of a cached answer, in octets: ${NAMES.count} names, after a garbage collection`, head, rows);
}

async function memoryOfNames(resolver: BenchResolver, type: QuestionType): Promise<string[]> {
  const { count } = NAMES;
  const questions = frameQuestions(namesOf(NAMES), [type]);
  const before = await memoryOf(resolver.process);
  const { noerror, octets } = await askOverUdp(resolver.dns, questions, { ms: LONGEST_MS, count });
  if (noerror !== count) throw new Error(`only ${noerror} of ${count} names were answered`);
  const after = await memoryOf(resolver.process);
  const heap = after.heapUsed - before.heapUsed;
  const external = after.external - before.external;
  const each = [octets, heap, external, heap + external, after.rss - before.rss];
  return [type, ...each.map((sum) => (sum / count).toFixed(0))];
}

/** Questions for names that exist and are cached, and one in four for a name that was never asked before and does not exist. */
async function measureGrowth(resolver: BenchResolver): Promise<void> {
  const services = namesOf(NAMES).slice(0, 10_000);
  const known = services.map((service) => frameQuestion(serviceName(service), 'SRV'));
  const fresh = frameQuestion(serviceName('########-unknown'), 'A');
  const questions = Buffer.concat(known.flatMap((question, i) => (i % 3 === 0 ? [question, fresh] : [question])));
  await askOverUdp(resolver.dns, questions, { ms: LONGEST_MS, count: WARM_UP_QUERIES });
  const before = await memoryOf(resolver.process);
  const { answers } = await askOverUdp(resolver.dns, questions, { ms: LONGEST_MS, count: QUERIES });
  const after = await memoryOf(resolver.process);
  printTable(
    `Growth of memory over ${answers} questions, in MiB, after ${WARM_UP_QUERIES} to warm up`,
    ['', 'heap', 'external', 'RSS'],
    [
      ['before', ...mebibytes(before)],
      ['after', ...mebibytes(after)],
    ],
  );
}

function mebibytes({ heapUsed, external, rss }: Memory): string[] {
  return [heapUsed, external, rss].map((octets) => (octets / 2 ** 20).toFixed(1));
}

async function memoryOf(child: ChildProcess): Promise<Memory> {
  const answered = once(child, 'message') as Promise<[Memory]>;
  child.send('memory');
  return (await answered)[0];
}
