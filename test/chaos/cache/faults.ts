import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#libs/time';
import type { BlogCache } from '../../../apps/blog/src/caching/blog-cache.js';

/** So long, in milliseconds, in such a share of cases. */
export interface Pause {
  readonly ms: number;
  readonly share: number;
}

/** What goes wrong inside of a process. The harness sends it while the process runs. */
export interface Faults {
  /** A reader, between the database and the cache. */
  readonly pauseReader: Pause;
  /** A writer, between its commit and the cache. */
  readonly pauseWriter: Pause;
  /** The share of writers after whose commit the process is killed. */
  readonly kill: number;
  /** The share of writers who tell the cache nothing. */
  readonly drop: number;
  /** Milliseconds by which the machine's clock is wrong. */
  readonly clockOffset: number;
}

const NEVER: Pause = { ms: 0, share: 0 };

export const NO_FAULTS: Faults = { pauseReader: NEVER, pauseWriter: NEVER, kill: 0, drop: 0, clockOffset: 0 };

/** A cache whose readers and writers are cut off as `faults` says at the moment. */
export function withFaults(cache: BlogCache, faults: () => Faults): BlogCache {
  return {
    start: () => cache.start(),
    stop: () => cache.stop(),
    get counters() {
      return cache.counters;
    },
    peek: (key, minVersion) => cache.peek(key, minVersion),
    read: (query, load) =>
      cache.read(query, async () => {
        const entry = await load();
        await pause(faults().pauseReader);
        return entry;
      }),
    async invalidate(row) {
      if (happens(faults().kill)) process.kill(process.pid, 'SIGKILL');
      await pause(faults().pauseWriter);
      return happens(faults().drop) ? false : cache.invalidate(row);
    },
  };
}

/** The machine's clock, set wrong. What runs by the monotonic one must not notice. */
export function wrongClock(clock: Clock, faults: () => Faults): Clock {
  return { ...clock, now: () => clock.now() + faults().clockOffset };
}

export async function pause({ ms, share }: Pause): Promise<void> {
  if (happens(share)) await sleep(ms);
}

function happens(share: number): boolean {
  return Math.random() < share;
}
