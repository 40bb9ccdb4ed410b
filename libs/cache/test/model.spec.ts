import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../src/memory/memory-store.js';
import { VersionedCache } from '../src/versioned-cache.js';
import { DeleteAfterWrite } from './controls/delete-after-write.js';
import { DeleteBeforeWrite } from './controls/delete-before-write.js';
import type { Design, PlainCache } from './controls/design.js';
import { DoubleDelete } from './controls/double-delete.js';
import { Deaf, Hasty, Unclaimed } from './controls/lame.js';
import { SetAfterWrite } from './controls/set-after-write.js';
import { Versioned } from './controls/versioned.js';
import { ModelClock } from './model/clock.js';
import { LIST, ModelDatabase, ROWS, type Turn } from './model/database.js';
import { ModelPlainCache } from './model/plain-cache.js';
import { Run, type Fault, type Step, type Subject, type Violation } from './model/run.js';
import { ModelServer, SharedStore } from './model/shared-store.js';

const log = pino({ level: 'silent' });

/** Longer than a reader may take and than a tombstone lasts; shorter than a value lasts, whose end would hide what is wrong. */
const SLEEP_MS = 70_000;

const PROCESSES = 2;
const KEY = 'row:1';
const FAULTS: readonly Fault[] = ['lose', 'sleep', 'cut', 'heal', 'tick'];

/** Steps of one phase are taken at once, phases one after the other. */
type Plan = readonly (readonly Step[])[];

function plans(faults: readonly Fault[]): fc.Arbitrary<Plan> {
  const process = fc.nat({ max: PROCESSES - 1 });
  const key = fc.constant(KEY);
  const read = fc.record({ do: fc.constant<'read'>('read'), process, key, fresh: fc.boolean() });
  const write = fc.record({ do: fc.constant<'write'>('write'), process, key, crash: fc.constant(false) });
  const list = fc.record({
    do: fc.constant<'read'>('read'),
    process,
    key: fc.constant(LIST),
    fresh: fc.constant(false),
  });
  const crash = fc.record({ do: fc.constant<'write'>('write'), process, key, crash: fc.constant(true) });
  const fault = fc.record({ do: fc.constantFrom<Fault>('tick', ...faults), process });
  const usual = [read, read, write];
  const step = faults.length > 0 ? fc.oneof(...usual, ...usual, list, crash, fault) : fc.oneof(...usual);
  const phase = fc.array(step, { minLength: 1, maxLength: 4 });
  const some = fc.array(phase, { maxLength: 6 });
  const all = (what: 'cut' | 'heal') => fc.constant([0, 1].map((at) => ({ do: what, process: at })));
  return faults.length > 0 ? fc.oneof(some, fc.tuple(phase, all('cut'), phase, all('heal'), phase)) : some;
}

type Make = (turn: Turn, database: ModelDatabase, clock: ModelClock) => Subject;

/** @param Link the way of a process to the store */
function versioned(nearOctets: number, Link: typeof SharedStore = SharedStore): Make {
  return (turn, database, clock) => {
    const store = new MemoryStore({ clock, octets: 1_000_000 });
    const server = new ModelServer(store, turn);
    const links = Array.from({ length: PROCESSES }, () => new Link(server));
    const caches = links.map((link) => new VersionedCache({ store: link, outbox: database, clock, log, nearOctets }));
    for (const cache of caches) void cache.start();
    const faults: Record<Fault, (process: number) => Promise<boolean | void> | void> = {
      lose: () => lose(store),
      sleep: () => clock.move(SLEEP_MS),
      cut: (process) => links[process]!.cut(),
      heal: (process) => links[process]!.heal(),
      tick: () => clock.tick(),
    };
    return {
      processes: caches.map((cache) => new Versioned(cache)),
      fault: async (process, fault) => (await faults[fault](process)) === true,
      async settle() {
        for (const link of links) await link.heal();
        clock.tick();
      },
      async at(process, key) {
        return caches[process]!.peek(key) ?? store.get(key === LIST ? { key, within: [ROWS] } : { key });
      },
    };
  };
}

/** As a server does that starts again with nothing. */
async function lose(store: MemoryStore): Promise<void> {
  for (const key of [KEY, LIST]) await store.drop(key);
  await store.invalidate({ rows: [], generations: [ROWS] });
}

function plain(make: (cache: PlainCache, clock: ModelClock) => Design): Make {
  return (turn, _database, clock) => {
    const cache = new ModelPlainCache(turn);
    return {
      processes: Array.from({ length: PROCESSES }, () => make(cache, clock)),
      fault: () => Promise.resolve(false),
      settle: () => Promise.resolve(),
      at: async (_process, key) => cache.at(key),
    };
  };
}

async function violationsOf(s: fc.Scheduler, plan: Plan, make: Make): Promise<Violation[]> {
  const turn: Turn = (label) => s.schedule(Promise.resolve(), label);
  const database = new ModelDatabase(turn);
  const subject = make(turn, database, new ModelClock(turn));
  const run = new Run(database, subject, turn);
  for (const phase of plan) {
    await finish(s, Promise.all(phase.map((step) => run.take(step))));
    run.rest();
  }
  // Twice: what the first turn found under way, the second one finds done.
  await finish(s, subject.settle());
  await finish(s, subject.settle());
  await run.judgeRest([KEY, LIST]);
  return run.violations;
}

async function finish(s: fc.Scheduler, work: Promise<unknown>): Promise<void> {
  await s.waitIdle();
  await work;
}

describe('the versioned cache', () => {
  it.each([
    ['a store', 0],
    ['copies over a store', 1_000_000],
  ])('is never wrong, whatever happens in whatever order: %s', async (_name, nearOctets) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plans(FAULTS), async (s, plan) => {
        expect(await violationsOf(s, plan, versioned(nearOctets))).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });
});

/** The most runs until a control is found out; each was within a tenth of them. */
const MOST_RUNS = 20_000;

describe('the harness finds what is wrong with', () => {
  it.each<[string, Violation, (cache: PlainCache, clock: ModelClock) => Design]>([
    ['A, set after the write', 'stuck', (cache) => new SetAfterWrite(cache)],
    ['B, delete before the write', 'stuck', (cache) => new DeleteBeforeWrite(cache)],
    ['C, delete after the write', 'stuck', (cache) => new DeleteAfterWrite(cache)],
    ['D, delete twice', 'stuck', (cache, clock) => new DoubleDelete(cache, clock)],
  ])('%s', async (_name, what, make) => {
    expect(await finds(what, plans([]), plain(make))).toBe(true);
  });

  it.each<[string, Violation, Make]>([
    ['ours without claims', 'stuck', versioned(0, Unclaimed)],
    ['ours without a replay before use', 'stale', versioned(0, Hasty)],
    ['ours with copies that hear nothing', 'stuck', versioned(1_000_000, Deaf)],
  ])('%s', async (_name, what, make) => {
    expect(await finds(what, plans(FAULTS), make)).toBe(true);
  });

  it('C, with one reader and one writer', async () => {
    const reader: Step = { do: 'read', process: 0, key: KEY, fresh: false };
    const writer: Step = { do: 'write', process: 1, key: KEY, crash: false };
    const control = plain((cache) => new DeleteAfterWrite(cache));
    expect(await finds('stuck', fc.constant([[reader, writer]]), control)).toBe(true);
  });
});

/** Whether some order of things leads to the violation. */
async function finds(what: Violation, arbitrary: fc.Arbitrary<Plan>, make: Make): Promise<boolean> {
  const property = fc.asyncProperty(fc.scheduler(), arbitrary, async (s, plan) => {
    return !(await violationsOf(s, plan, make)).includes(what);
  });
  const { failed } = await fc.check(property, { numRuns: MOST_RUNS });
  return failed;
}
