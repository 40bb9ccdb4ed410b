import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../table.js';
import { startOver, type BenchProcess } from './process.js';
import { pathOf, reportOf } from '../subject.js';

const CHANGES = 500;

interface Report {
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

/** How long after its acknowledgement a change is in DNS answers, of the process that took it and of another over the same folder. */
export async function benchChanges(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const processes: BenchProcess[] = [];
  try {
    for (let i = 0; i < 2; i++) processes.push(await startOver(folder));
    const [one, two] = processes as [BenchProcess, BenchProcess];
    const rows = [await rowOf('the same process', one, one), await rowOf('another process', one, two)];
    printTable(`${CHANGES} changes, until DNS answers with them`, ['In', 'median ms', 'p99 ms', 'longest ms'], rows);
  } finally {
    for (const one of processes) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rowOf(where: string, written: BenchProcess, asked: BenchProcess): Promise<string[]> {
  const [host, port] = asked.dns.split(':') as [string, string];
  const { median, p99, longest } = await reportOf<Report>(
    [process.execPath, pathOf('./load/changes.js')],
    [written.http, host, port, CHANGES],
  );
  return [where, ...[median, p99, longest].map((ms) => ms.toFixed(2))];
}
