import type { Status } from '../model.js';
import type { Periodic } from './probe.js';

/**
 * Keeps a flapping check quiet: the status changes after so many equal results in a row as the probe asks for. The counters
 * start full, so that the first result after a start counts at once. A warning is a success.
 */
export class Hysteresis {
  readonly #probe: Periodic;
  #successes: number;
  #failures: number;

  constructor(probe: Periodic) {
    this.#probe = probe;
    this.#successes = probe.successBeforePassing;
    this.#failures = probe.failuresBeforeCritical;
  }

  /** @returns the status to publish after a run said `status`, or undefined: no change yet */
  take(status: Status): Status | undefined {
    if (status === 'critical') {
      this.#failures++;
      this.#successes = 0;
      if (this.#failures > this.#probe.failuresBeforeCritical) return 'critical';
      return this.#failures > this.#probe.failuresBeforeWarning ? 'warning' : undefined;
    }
    this.#successes++;
    this.#failures = 0;
    return this.#successes > this.#probe.successBeforePassing ? status : undefined;
  }
}
