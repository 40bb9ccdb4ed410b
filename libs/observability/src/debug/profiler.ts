import { setTimeout } from 'node:timers/promises';

type Pprof = typeof import('@datadog/pprof');

/** Between two looks at what the program does, in microseconds: 100 a second, as Go's own. */
const CPU_INTERVAL_US = 10_000;
/** One allocation in so many octets is noted, with so many frames of its stack: as Go's own. */
const HEAP_INTERVAL = 512 * 1_024;
const STACK_DEPTH = 64;

/** Another profile is being taken. */
export class ProfilerBusyError extends Error {}

/** This release of Node cannot take the profile. */
export class UnsupportedProfileError extends Error {}

/** Since when V8 keeps allocations that are no longer in use. */
const ALLOCATIONS_SINCE = 26;

/**
 * Takes profiles of this process, as gzipped pprof messages. Nothing runs, and the profiler is not even loaded, before the first one is
 * asked for.
 *
 * @see https://github.com/google/pprof/blob/main/proto/profile.proto
 */
export class Profiler {
  #busy = false;
  /** Whether allocations are being sampled. */
  #sampling = false;

  /**
   * What the CPU did, from now on.
   *
   * @param signal ends it before its time
   * @throws ProfilerBusyError
   */
  cpu(ms: number, signal: AbortSignal): Promise<Buffer> {
    return this.#alone(async ({ time, encode }) => {
      // Without contexts the profiler has no CPU time, only wall time.
      time.start({ intervalMicros: CPU_INTERVAL_US, withContexts: true, collectCpuTime: true });
      await pause(ms, signal);
      return encode(time.stop());
    });
  }

  /**
   * What is in use of all that was allocated since the first call, which begins to look.
   *
   * @param ms how long to wait before
   * @throws ProfilerBusyError
   */
  heap(ms: number, signal: AbortSignal): Promise<Buffer> {
    return this.#alone(async ({ heap, encode }) => {
      if (!this.#sampling) heap.start(HEAP_INTERVAL, STACK_DEPTH);
      this.#sampling = true;
      await pause(ms, signal);
      return encode(heap.profile());
    });
  }

  /** Whether `heap` has begun to look. */
  get sampling(): boolean {
    return this.#sampling;
  }

  /**
   * What is allocated from now on, in use or not. Ends what `heap` began.
   *
   * @throws ProfilerBusyError, UnsupportedProfileError
   */
  allocations(ms: number, signal: AbortSignal): Promise<Buffer> {
    if (Number(process.versions.node.split('.')[0]) < ALLOCATIONS_SINCE) {
      throw new UnsupportedProfileError(`this needs Node ${ALLOCATIONS_SINCE}`);
    }
    return this.#alone(async ({ heap, encode }) => {
      if (this.#sampling) heap.stop();
      this.#sampling = false;
      heap.start(HEAP_INTERVAL, STACK_DEPTH, true);
      try {
        await pause(ms, signal);
        return await encode(heap.profile());
      } finally {
        heap.stop();
      }
    });
  }

  async #alone(take: (pprof: Pprof) => Promise<Buffer>): Promise<Buffer> {
    if (this.#busy) throw new ProfilerBusyError('another profile is being taken');
    this.#busy = true;
    try {
      return await take(await import('@datadog/pprof'));
    } finally {
      this.#busy = false;
    }
  }
}

/** Waits, and no longer than somebody waits for the end of it. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
