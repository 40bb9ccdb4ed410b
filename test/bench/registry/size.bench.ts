import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../statistics.js';
import { printTable } from '../table.js';
import { fillStore } from './fill.js';
import { residentOctets, startOver } from './process.js';

const INSTANCES = 100_000;
const STARTS = 5;
/** How long a process may do nothing before its memory is looked at, in milliseconds. */
const REST_MS = 3_000;

interface Size {
  readonly readyAfter: number;
  readonly resident: number;
}

/** How long a stored registry takes to start, and how much memory it holds then. */
export async function benchSize(): Promise<void> {
  const empty = await measureSize(0, false);
  const bare = await measureSize(INSTANCES, false);
  const checked = await measureSize(INSTANCES, true);
  const each = ({ resident }: Size) => ((resident - empty.resident) / INSTANCES).toFixed(0);
  const cells = ({ readyAfter, resident }: Size) => [readyAfter.toFixed(0), (resident / 2 ** 20).toFixed(1)];
  printTable(
    `Start and memory (median of ${STARTS} starts, after ${REST_MS / 1_000} s of rest)`,
    ['Stored', 'ready after ms', 'RSS MiB', 'octets an instance beyond the empty one'],
    [
      ['nothing', ...cells(empty), ''],
      [`${INSTANCES} instances`, ...cells(bare), each(bare)],
      [`${INSTANCES} instances with a check each`, ...cells(checked), each(checked)],
    ],
  );
}

async function measureSize(instances: number, withChecks: boolean): Promise<Size> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  try {
    await fillStore(folder, instances, withChecks);
    const sizes: Size[] = [];
    for (let i = 0; i < STARTS; i++) sizes.push(await sizeOfStart(folder));
    return {
      readyAfter: median(sizes.map(({ readyAfter }) => readyAfter)),
      resident: median(sizes.map(({ resident }) => resident)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sizeOfStart(folder: string): Promise<Size> {
  const resolver = await startOver(folder);
  await sleep(REST_MS);
  const resident = residentOctets(resolver.pid);
  await resolver.stop();
  return { readyAfter: resolver.readyAfter, resident };
}
