import type { Lease } from '../stores/store.js';
import type { Check } from '../model.js';
import { ByCheck } from './by-check.js';
import { isReport, type Report } from './report.js';
import { CheckRunner, type CheckRunnerOptions } from './runner.js';
import { reported } from './ttl.js';
import type { Verdict } from './verdict.js';
import type { VerdictCounts } from './verdict-counts.js';

export interface HealthChecksOptions extends CheckRunnerOptions {
  /** The node that services report to: the one of this process. */
  readonly node: string;
}

/**
 * The health checks as services and readers see them. Of the processes that share a store one runs them, and hears from the others
 * what services report there; every process stores a change of status itself, so that it is durable when the service is answered.
 */
export class HealthChecks {
  readonly #options: HealthChecksOptions;
  readonly #runner: CheckRunner;
  /** What services said last where the catalog does not have it: an output is stored late. */
  readonly #outputs = new ByCheck<string>();
  #running = false;
  #lease: Pick<Lease, 'tell'> | undefined;

  constructor(options: HealthChecksOptions) {
    this.#options = options;
    this.#runner = new CheckRunner(options);
    options.catalog.subscribe(({ changes }) => {
      for (const change of changes) {
        if (change.kind === 'put-check') this.#outputs.delete(change.check.node, change.check.id);
        if (change.kind === 'remove-check') this.#outputs.delete(change.node, change.id);
      }
    });
  }

  /** What this process has found out since its start. */
  get verdicts(): Readonly<VerdictCounts> {
    return this.#runner.verdicts;
  }

  /** @param lease how to tell the others what services report here */
  connect(lease: Pick<Lease, 'tell'>): void {
    this.#lease = lease;
  }

  /** Runs them from now on. Each service that reports by itself has its full TTL from now: nobody knows what was on its way. */
  start(): void {
    this.#running = true;
    this.#outputs.clear();
    this.#runner.start();
  }

  stop(): void {
    if (this.#running) this.#runner.stop();
    this.#running = false;
  }

  /** The latest output of a check, also before it is committed. */
  output(check: Check): string {
    return this.#running ? this.#runner.output(check) : (this.#outputs.get(check.node, check.id) ?? check.output);
  }

  /** Gives a check of this node with a TTL its full time again, as registering it does. */
  renew(id: string): void {
    const { log, node } = this.#options;
    if (this.#running) return this.#runner.renew(node, id);
    const report: Report = { node, id };
    this.#lease?.tell(report).catch((error: unknown) => log.warn({ err: error, check: id }, 'a check was not renewed'));
  }

  /**
   * A service reports on its own check on this node. Only a change of status is committed.
   *
   * @returns false when the check has no TTL
   * @throws StoreError when a change could not be stored (the report counts nevertheless), or when the process that runs the checks
   *   cannot be reached
   */
  async report(id: string, verdict: Verdict): Promise<boolean> {
    const { catalog, node } = this.#options;
    const check = catalog.check(node, id)?.check;
    if (check?.probe?.type !== 'ttl') return false;
    const said = { node, id, verdict: reported(verdict, check.probe) };
    if (this.#running) await this.#take(said, check);
    else await this.#passOn(said);
    return true;
  }

  /** Another process told something. */
  hear(message: unknown): void {
    if (!isReport(message)) return;
    const { node, id, verdict } = message;
    if (!verdict) return this.#runner.renew(node, id);
    if (!this.#running) return this.#note(node, id, verdict);
    // A failure was logged by the runner, which tries again.
    this.#runner.report(node, id, verdict).catch(() => {});
  }

  async #take(said: Required<Report>, before: Check): Promise<void> {
    await this.#runner.report(said.node, said.id, said.verdict);
    // Nobody needs it but those who show it.
    if (said.verdict.output !== before.output) this.#lease?.tell(said).catch(() => {});
  }

  async #passOn(said: Required<Report>): Promise<void> {
    try {
      await this.#store(said);
    } finally {
      await this.#lease?.tell(said);
      this.#note(said.node, said.id, said.verdict);
    }
  }

  #store({ node, id, verdict }: Required<Report>): Promise<void> {
    return this.#options.committer.commit((draft) => {
      const check = draft.check(node, id);
      if (check?.probe && check.status !== verdict.status) draft.putCheck({ ...check, ...verdict });
    });
  }

  #note(node: string, id: string, { output }: Verdict): void {
    const check = this.#options.catalog.check(node, id)?.check;
    if (check && check.output !== output) this.#outputs.set(node, id, output);
    else this.#outputs.delete(node, id);
  }
}
