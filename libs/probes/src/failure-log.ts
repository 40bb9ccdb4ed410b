import type { Logger } from '#libs/observability';
import type { ProbeResult } from './probe.js';

/** Logs when a probe begins to fail, fails in another way, or is well again: probes are asked every few seconds, for hours. */
export class FailureLog {
  readonly #log: Logger;
  readonly #causes = new Map<string, string | undefined>();

  constructor(log: Logger) {
    this.#log = log;
  }

  tell({ name: probe, status, cause }: ProbeResult): void {
    if (status === 'excluded' || this.#causes.get(probe) === cause) return;
    this.#causes.set(probe, cause);
    if (cause === undefined) this.#log.info({ probe }, 'probe passes again');
    else this.#log.warn({ probe, status, cause }, 'probe failed');
  }
}
