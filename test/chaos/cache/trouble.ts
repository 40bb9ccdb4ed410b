import { setTimeout as sleep } from 'node:timers/promises';
import type { TestRedis } from '#libs/testing';
import type { Faults } from './faults.js';
import type { BlogProcess } from './processes.js';

/** What may be made to go wrong. */
export interface Targets {
  readonly processes: readonly BlogProcess[];
  readonly redis: TestRedis;
}

/** Something that goes wrong for so many milliseconds, and is mended before it resolves. */
export type Trouble = (targets: Targets, ms: number) => Promise<void>;

function inside(faults: Partial<Faults>): Trouble {
  return async ({ processes }, ms) => {
    const end = performance.now() + ms;
    // Again and again, as processes are started anew.
    while (performance.now() < end) {
      for (const process of processes) process.set(faults);
      await sleep(Math.min(200, ms));
    }
    for (const process of processes) process.set({});
  };
}

/** Does something to Redis four times, evenly spread. */
function repeatedly(act: (redis: TestRedis, ms: number) => Promise<unknown>): Trouble {
  return async ({ redis }, ms) => {
    for (let n = 0; n < 4; n += 1) {
      await act(redis, ms / 8);
      await sleep(ms / 8);
    }
  };
}

async function killed(redis: TestRedis, ms: number): Promise<void> {
  await redis.kill();
  await sleep(ms);
  await redis.restart();
}

/** By name, as the table has it. */
export const TROUBLES = {
  none: (_, ms) => sleep(ms),
  'readers pause for up to 50 ms': inside({ pauseReader: { ms: 50, share: 0.5 } }),
  'readers pause for 1 s': inside({ pauseReader: { ms: 1_000, share: 0.3 } }),
  'readers pause for longer than a tombstone': inside({ pauseReader: { ms: 3_500, share: 0.1 } }),
  'writers pause before they tell': inside({ pauseWriter: { ms: 300, share: 0.3 } }),
  'writers tell nothing': inside({ drop: 0.3 }),
  'the clock is an hour off': inside({ clockOffset: -3_600_000 }),
  'Redis is killed': repeatedly(killed),
  'Redis is killed and has an old snapshot': repeatedly(async (redis, ms) => {
    await redis.command('SAVE');
    await sleep(ms / 2);
    await killed(redis, ms / 2);
  }),
  'Redis is flushed': repeatedly((redis) => redis.command('FLUSHALL')),
  'Redis answers nothing for a while': repeatedly((redis, ms) =>
    redis.command('CLIENT', 'PAUSE', Math.round(ms), 'ALL'),
  ),
  'Redis is full': repeatedly(async (redis, ms) => {
    await redis.command('CONFIG', 'SET', 'maxmemory', 1);
    await sleep(ms);
    await redis.command('CONFIG', 'SET', 'maxmemory', 0);
  }),
  'a process is stopped': async ({ processes }, ms) => {
    processes[0]!.signal('SIGSTOP');
    await sleep(ms);
    processes[0]!.signal('SIGCONT');
  },
  // Last, as processes that start again are not there for much of what else goes wrong.
  'writers are killed before they tell': inside({ kill: 0.02 }),
} as const satisfies Record<string, Trouble>;

export type TroubleName = keyof typeof TROUBLES;
