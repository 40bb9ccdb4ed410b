import type { Check } from '../model.js';
import { CheckRunner, type CheckRunnerOptions } from './runner.js';
import type { Verdict } from './verdict.js';
import type { VerdictCounts } from './verdict-counts.js';

export interface HealthChecksOptions extends CheckRunnerOptions {
  /** The node that services report to: the one of this process. */
  readonly node: string;
}

/** The health checks as services and readers see them. */
export class HealthChecks {
  readonly #node: string;
  readonly #runner: CheckRunner;

  constructor(options: HealthChecksOptions) {
    this.#node = options.node;
    this.#runner = new CheckRunner(options);
  }

  /** What this process has found out since its start. */
  get verdicts(): Readonly<VerdictCounts> {
    return this.#runner.verdicts;
  }

  start(): void {
    this.#runner.start();
  }

  stop(): void {
    this.#runner.stop();
  }

  /** The latest output of a check, also before it is committed. */
  output(check: Check): string {
    return this.#runner.output(check);
  }

  /** Gives a check of this node with a TTL its full time again, as registering it does. */
  renew(id: string): void {
    this.#runner.renew(this.#node, id);
  }

  /**
   * A service reports on its own check on this node. Only a change of status is committed.
   *
   * @returns false when the check has no TTL
   * @throws StoreError when a change could not be stored; the report counts nevertheless
   */
  report(id: string, verdict: Verdict): Promise<boolean> {
    return this.#runner.report(this.#node, id, verdict);
  }
}
