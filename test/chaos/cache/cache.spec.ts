// What clients of several blogs over MariaDB and Redis are given while everything that can go wrong does. `make chaos cache` runs the
// long form, which prints a table.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mariadb } from '#libs/testing';
import { DESIGNS, type Design } from './designs.js';
import type { Findings } from './oracle.js';
import { buildProgram } from './processes.js';
import { runDesign } from './run.js';
import { TROUBLES, type TroubleName } from './trouble.js';

const IS_LONG = process.env['CHAOS_ROUNDS'] !== undefined;
const PROCESSES = IS_LONG ? 4 : 2;
const MS = IS_LONG ? 4_000 : 1_000;
const SIZES = IS_LONG ? [1, 1_000] : [10];

/** As docs/double-write.md promises, in milliseconds. */
const BOUND_MS = 2_000;

const ALL = Object.keys(TROUBLES) as TroubleName[];

/** What none of the usual designs can stand, and rows enough for each to be written about once a second: the last write counts. */
const WEAK_POINTS: readonly TroubleName[] = ['writers tell nothing', 'readers pause for 1 s'];
const CONTROL_ROWS = 50;
const CONTROL_MS = 2_000;
/** Chance has its part in it: one of so many runs must find it. */
const CONTROL_RUNS = 3;

let mariadb: Mariadb;
const rows: string[][] = [];
beforeAll(async () => {
  await buildProgram();
  mariadb = await Mariadb.shared();
}, 120_000);
afterAll(printTable);

async function run(design: Design, troubles: readonly TroubleName[], size: number, ms: number): Promise<Findings> {
  const findings = await runDesign({ design, troubles, rows: size, processes: PROCESSES, ms, mariadb });
  rows.push(describeRun(design, troubles, size, findings));
  return findings;
}

describe('a cache that never lies', { timeout: 300_000 }, () => {
  const troubles = IS_LONG ? ALL.map((name) => [name]) : [ALL];

  it.each(SIZES.flatMap((size) => troubles.map((some) => [size, some.join(', '), some] as const)))(
    '%d rows: %s',
    async (size, _, some) => {
      const { reads, writes, oldest, backwards, belowMinimum, stuck } = await run('ours', some, size, MS);
      expect([reads > 100, writes > 10]).toEqual([true, true]);
      expect({ backwards, belowMinimum, stuck }).toEqual({ backwards: 0, belowMinimum: 0, stuck: 0 });
      expect(oldest).toBeLessThan(BOUND_MS);
    },
  );
});

describe('the usual designs, in which the same harness must find fault', { timeout: 300_000 }, () => {
  it.each(['A', 'B', 'C', 'D'] as const)('%s', async (design) => {
    let stuck = 0;
    for (let n = 0; n < CONTROL_RUNS && stuck === 0; n += 1) {
      ({ stuck } = await run(design, WEAK_POINTS, CONTROL_ROWS, CONTROL_MS));
    }
    expect(stuck).toBeGreaterThan(0);
  });
});

function describeRun(design: Design, troubles: readonly TroubleName[], size: number, found: Findings): string[] {
  const { reads, writes, stale, oldest, p99, backwards, belowMinimum, stuck } = found;
  const rate = `${stale} (${((100 * stale) / reads).toFixed(2)} %)`;
  const what = troubles.length === ALL.length ? 'all of them, one after the other' : troubles.join('; ');
  const counts = [size, writes, reads, rate, Math.round(oldest), Math.round(p99), backwards, belowMinimum, stuck];
  return [design === 'ours' ? DESIGNS.ours : `${design}. ${DESIGNS[design]}`, what, ...counts.map(String)];
}

function printTable(): void {
  const head = ['Design', 'What goes wrong', 'rows', 'writes', 'reads', 'stale', 'oldest ms', 'p99 ms'];
  const all = [...head, 'backwards', 'below min_version', 'stuck'];
  const lines = [all, all.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
