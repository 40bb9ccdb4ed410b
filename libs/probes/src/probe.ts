import type { HealthIndicatorService } from '@nestjs/terminus';

/** One thing that a probe looks at. */
export interface Probe {
  /** The name in the verbose answer and in the path: `/readyz/database`. */
  readonly name: string;
  /** Probes that `?exclude=` leaves out together. */
  readonly group?: string;
  /** The program goes on without it, only worse: a failure is told, and keeps no requests away. */
  readonly degrades?: boolean;
  /** For how long a result is good, in milliseconds; 0 for what costs nothing to look at and has to be told at once. */
  readonly cacheMs?: number;
  /**
   * Resolves when all is well, and throws the cause otherwise: the log has it, and whoever asks for this probe alone.
   *
   * @param signal aborted when the answer is no longer waited for
   */
  check(signal: AbortSignal): Promise<void> | void;
}

/** How one probe ended. */
export interface ProbeResult {
  readonly name: string;
  readonly status: 'up' | 'degraded' | 'down' | 'excluded';
  /** Why it is not up. */
  readonly cause?: string;
  /** The group by which it was excluded. */
  readonly group?: string;
}

/** A check that takes longer counts as failed, in milliseconds: the kubelet's own default time-out is 1 s. */
const CHECK_DEADLINE_MS = 800;

/** However many ask, a dependency is asked once in so many milliseconds. */
const CACHE_MS = 1_000;

/**
 * Runs all probes that are not excluded, side by side, each with a deadline.
 *
 * @param excluded names of probes or groups
 */
export function runProbes(
  indicators: HealthIndicatorService,
  probes: readonly Probe[],
  excluded: ReadonlySet<string>,
): Promise<ProbeResult[]> {
  return Promise.all(
    probes.map(async (probe): Promise<ProbeResult> => {
      const { name, group } = probe;
      if (excluded.has(name)) return { name, status: 'excluded' };
      if (group !== undefined && excluded.has(group)) return { name, status: 'excluded', group };
      return runProbe(indicators, probe);
    }),
  );
}

/** Runs one probe with a deadline, or tells what it said a moment ago. */
export async function runProbe(indicators: HealthIndicatorService, probe: Probe): Promise<ProbeResult> {
  const { name, degrades = false, cacheMs = CACHE_MS } = probe;
  const attempt = indicators
    .check(name)
    .attempt(({ signal }) => probe.check(signal))
    .withTimeout(CHECK_DEADLINE_MS);
  const { status, message } = (await (cacheMs > 0 ? attempt.cacheFor(cacheMs) : attempt))[name]!;
  if (status === 'up') return { name, status };
  return { name, status: degrades ? 'degraded' : 'down', cause: String(message) };
}
