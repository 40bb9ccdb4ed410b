// What clients of several blogs over MariaDB and Redis are given while everything that can go wrong does. `make chaos cache` runs the
// long form, which prints a table.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mariadb } from '#libs/testing';
import { DESIGNS, type Design } from './designs.js';
import type { Findings } from './oracle.js';
import { buildProgram } from './processes.js';
import { Scene } from './scene.js';
import { TROUBLES, type TroubleName } from './trouble.js';

const IS_LONG = process.env['CHAOS_ROUNDS'] !== undefined;
const PROCESSES = IS_LONG ? 4 : 2;
const MS = IS_LONG ? 4_000 : 1_000;
const SIZES = IS_LONG ? [1, 1_000] : [10];

/** As docs/double-write.md promises, in milliseconds. The short form runs beside other tests, on machines that are busy with them. */
const BOUND_MS = IS_LONG ? 2_000 : 10_000;

const HEAD = [
  ...['Design', 'What goes wrong', 'rows', 'writes', 'reads', 'stale', 'oldest ms', 'p99 ms'],
  ...['backwards', 'below min_version', 'stuck'],
];

const ALL = Object.keys(TROUBLES) as TroubleName[];

/** What none of the usual designs can stand, and rows enough for each to be written every few seconds: a later write would mend it. */
const WEAK_POINTS: readonly TroubleName[] = ['writers tell nothing', 'readers pause for 1 s'];
const CONTROL_ROWS = 500;
const CONTROL_MS = 2_000;
/** Chance has its part in it: one of so many runs must find it. */
const CONTROL_RUNS = 5;

let mariadb: Mariadb;
beforeAll(async () => {
  await buildProgram();
  mariadb = await Mariadb.shared();
  printRow(HEAD);
  printRow(HEAD.map(() => '---'));
}, 120_000);

const open = (design: Design, rows: number) => Scene.open({ design, rows, processes: PROCESSES, mariadb });

describe.each(SIZES)('a cache that never lies, with %d rows', { timeout: 300_000 }, (size) => {
  let scene: Scene;
  beforeAll(async () => void (scene = await open('ours', size)), 120_000);
  afterAll(() => scene.stop());

  const apart = ALL.map((name): [string, readonly TroubleName[]] => [name, [name]]);
  const runs: [string, readonly TroubleName[]][] = IS_LONG ? apart : [['whatever goes wrong', ALL]];
  it.each(runs)('%s', async (_, troubles) => {
    const findings = await scene.run(troubles, MS);
    printRow(describeRun('ours', troubles, size, findings));
    const { reads, writes, oldest, backwards, belowMinimum, stuck } = findings;
    expect([reads > 50, writes > 3]).toEqual([true, true]);
    expect({ backwards, belowMinimum, stuck }).toEqual({ backwards: 0, belowMinimum: 0, stuck: 0 });
    expect(oldest).toBeLessThan(BOUND_MS);
  });
});

describe('the usual designs, in which the same harness must find fault', { timeout: 300_000 }, () => {
  it.concurrent.each(['A', 'B', 'C', 'D'] as const)('%s', async (design) => {
    const scene = await open(design, CONTROL_ROWS);
    let stuck = 0;
    for (let n = 0; n < CONTROL_RUNS && stuck === 0; n += 1) {
      const findings = await scene.run(WEAK_POINTS, CONTROL_MS);
      printRow(describeRun(design, WEAK_POINTS, CONTROL_ROWS, findings));
      stuck = findings.stuck;
    }
    await scene.stop();
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

/** As soon as it is there: a long run shows how far it is. */
function printRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
