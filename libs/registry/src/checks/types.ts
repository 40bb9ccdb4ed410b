import { formatDuration } from '#libs/time';
import { runGrpc, runH2Ping } from './h2.js';
import { runHttp } from './http.js';
import type { Probe } from './probe.js';
import { runTcp } from './tcp.js';
import { runUdp } from './udp.js';
import type { Verdict } from './verdict.js';

/** Probes that the registry runs at intervals. */
export type PeriodicProbe = Exclude<Probe, { type: 'ttl' | 'alias' }>;

type Run<P> = (probe: P, signal: AbortSignal) => Promise<Verdict>;

/** Every type of check that is run at intervals, and what runs it. A run that rejects is critical, with the error's message as output. */
const RUNS: { readonly [T in PeriodicProbe['type']]: Run<Extract<PeriodicProbe, { type: T }>> } = {
  http: runHttp,
  tcp: runTcp,
  udp: runUdp,
  grpc: runGrpc,
  h2ping: runH2Ping,
};

export const PERIODIC_TYPES = Object.keys(RUNS) as readonly PeriodicProbe['type'][];

/** Runs a check once. Never rejects. @param signal aborts when the check's time is up */
export async function runOnce(probe: PeriodicProbe, signal: AbortSignal): Promise<Verdict> {
  const run = RUNS[probe.type] as Run<PeriodicProbe>;
  try {
    return await run(probe, signal);
  } catch (error) {
    const late = `no answer within ${formatDuration(probe.timeout)}`;
    return { status: 'critical', output: signal.aborted ? late : messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  // Node tries every address of a name, and reports each.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
