import { runHttp } from './http.js';
import type { HttpProbe, Probe } from './probe.js';
import type { Verdict } from './verdict.js';

/** Probes that the registry runs by itself: all but `ttl`. */
export type PeriodicProbe = Exclude<Probe, { type: 'ttl' }>;

type Run<P> = (probe: P, signal: AbortSignal) => Promise<Verdict>;

/** Every type of check that is run, and what runs it. A run that rejects is critical, with the error's message as output. */
const RUNS: { readonly [T in PeriodicProbe['type']]: Run<Extract<PeriodicProbe, { type: T }>> } = {
  http: (probe: HttpProbe, signal) => runHttp(probe, signal),
};

/** Runs a check once. Never rejects. */
export async function runOnce(probe: PeriodicProbe, signal: AbortSignal): Promise<Verdict> {
  try {
    return await RUNS[probe.type](probe, signal);
  } catch (error) {
    return { status: 'critical', output: error instanceof Error ? error.message : String(error) };
  }
}
