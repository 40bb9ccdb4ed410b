import { askOverUdp } from './dns/load.js';
import { frameQuestion } from './dns/questions.js';
import { startResolver, type BenchResolver } from './resolver.js';
import { inRounds, METHOD, ROUND_MS } from './measure.js';
import { median, percentile, withSpread } from './statistics.js';
import { pathOf, reportOf } from './subject.js';
import { printTable } from './table.js';

const PROBES = ['/livez', '/readyz'];
const LOAD_PATH = '/v1/health/service/web?passing';

interface Report {
  /** To the load. */
  readonly answers: number;
  /** Of each path, in milliseconds. */
  readonly times: Readonly<Record<string, readonly number[]>>;
}

/** How long probes take at a resolver that is idle, and at one that answers as much as it can over UDP and over HTTP. */
export async function benchProbes(): Promise<void> {
  const resolver = await startResolver(3);
  try {
    const loads: Readonly<Record<string, () => Promise<Report>>> = {
      none: () => probe(resolver),
      'UDP, 64 questions under way': () => probeBesideDns(resolver),
      'HTTP, 16 connections': () => probe(resolver, 16),
      'HTTP, 64 connections': () => probe(resolver, 64),
    };
    for (const run of Object.values(loads)) await run();
    const reports = new Map<string, Report[]>(Object.keys(loads).map((load) => [load, []]));
    await inRounds(Object.entries(loads), async ([load, run]) => void reports.get(load)!.push(await run()));
    printTable(
      `Probes, in ms (${METHOD}; p99 with lowest and highest)`,
      ['load', 'answers/s', 'probe', 'p50', 'p99'],
      [...reports].flatMap(([load, all]) => rowsOf(load, all)),
    );
  } finally {
    resolver.stop();
  }
}

function probe({ http }: BenchResolver, connections = 0): Promise<Report> {
  const script = [process.execPath, pathOf('./load/probes.js')];
  return reportOf(script, [http.host, http.port, ROUND_MS, connections, LOAD_PATH, ...PROBES]);
}

async function probeBesideDns(resolver: BenchResolver): Promise<Report> {
  const question = frameQuestion('web.service.consul', 'SRV');
  const [report, { answers }] = await Promise.all([
    probe(resolver),
    askOverUdp(resolver.dns, question, { ms: ROUND_MS, shared: true }),
  ]);
  return { ...report, answers };
}

function rowsOf(load: string, reports: readonly Report[]): string[][] {
  const rate = median(reports.map(({ answers }) => answers / (ROUND_MS / 1_000))).toFixed(0);
  return PROBES.map((path) => {
    const of = (share: number) => reports.map(({ times }) => percentile(times[path]!, share));
    return [load, rate, path, median(of(0.5)).toFixed(2), withSpread(of(0.99))];
  });
}
