import type { Clock } from '#libs/time';
import type { Probe } from './probe.js';

/**
 * The first step of a stop: `/readyz` tells of it while everything is still answered. Load balancers look every few seconds, and send
 * requests until then.
 */
export class Shutdown implements Probe {
  readonly name = 'shutdown';
  readonly cacheMs = 0;
  #begun = false;

  begin(): void {
    this.#begun = true;
  }

  /** Waits for those who look only now and then, `ms` milliseconds. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => void clock.after(ms, resolve));
  }

  check(): void {
    if (this.#begun) throw new Error('process is shutting down');
  }
}
