import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Probe } from './probe.js';

/** The part of a `node:perf_hooks` histogram that is looked at; in nanoseconds. */
export interface Delays {
  percentile(percentile: number): number;
  reset(): void;
}

const MS = 1e6;
const LOOK_EVERY_MS = 50;
/** Well below the time-outs of those who ask: a process that is slower than this will not answer them in time either. */
const LONGEST_MS = 1_000;

let ofProcess: Delays | undefined;

/** There is one event loop, however many programs a test starts in a process. */
function delaysOfProcess(): Delays {
  if (!ofProcess) {
    const delays = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
    delays.enable();
    ofProcess = delays;
  }
  return ofProcess;
}

/**
 * Whether the event loop comes round. Fails when most of its turns since the last look took longer than a second; a single long pause,
 * such as of a machine that slept, does not count.
 */
export function eventLoopProbe(delays = delaysOfProcess()): Probe {
  return {
    name: 'event-loop',
    check() {
      const median = delays.percentile(50) / MS;
      delays.reset();
      if (median > LONGEST_MS) throw new Error(`most turns of the event loop take more than ${LONGEST_MS} ms`);
    },
  };
}
