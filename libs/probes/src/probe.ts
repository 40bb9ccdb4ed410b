/** One thing that a probe looks at. */
export interface Probe {
  /** The name in the verbose answer and in the path: `/readyz/database`. */
  readonly name: string;
  /** Resolves when all is well; throws the cause otherwise. The cause goes to the log, never to whoever asked. */
  check(): Promise<void> | void;
}

/** How one probe ended. */
export interface ProbeResult {
  readonly name: string;
  readonly cause?: Error;
  readonly excluded?: boolean;
}

/** A check that takes longer counts as failed, in milliseconds: the kubelet's own default time-out is 1 s. */
const CHECK_DEADLINE_MS = 800;

/** Runs all probes that are not excluded, side by side, each with a deadline. */
export function runProbes(probes: readonly Probe[], excluded: ReadonlySet<string>): Promise<ProbeResult[]> {
  return Promise.all(
    probes.map(async (probe) => (excluded.has(probe.name) ? { name: probe.name, excluded: true } : runProbe(probe))),
  );
}

/** Runs one probe with a deadline. */
export async function runProbe(probe: Probe): Promise<ProbeResult> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no result within ${CHECK_DEADLINE_MS} ms`)), CHECK_DEADLINE_MS);
  try {
    await Promise.race([probe.check(), late]);
    return { name: probe.name };
  } catch (error) {
    return { name: probe.name, cause: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
