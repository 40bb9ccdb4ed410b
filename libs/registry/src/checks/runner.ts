import type { Logger } from '#libs/observability';
import type { Clock, Timer } from '#libs/time';
import type { Catalog } from '../catalog.js';
import type { Committer } from '../committer.js';
import type { Check } from '../model.js';
import type { CatalogEvent } from '../touch.js';
import { AliasCheck } from './alias.js';
import { PeriodicCheck } from './periodic.js';
import type { Probe } from './probe.js';
import { Publisher } from './publisher.js';
import { overdue } from './reaper.js';
import { expired, hasExpired, reported, TtlCheck } from './ttl.js';
import type { Verdict } from './verdict.js';
import { noVerdicts, type VerdictCounts } from './verdict-counts.js';

export interface CheckRunnerOptions {
  readonly catalog: Catalog;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly log: Logger;
  /** The node whose checks this process runs. */
  readonly node: string;
  /** 0 <= x < 1, for spreading. */
  readonly random: () => number;
}

/** A check that is being run. */
interface Job {
  readonly probe: Probe;
  readonly run: TtlCheck | AliasCheck | PeriodicCheck;
  readonly publisher: Publisher;
}

/** How often services that were critical for too long are looked for, in milliseconds. */
const REAP_EVERY = 30_000;

/**
 * Runs the checks of this node that have a probe. It follows the catalog, so whatever way a check came, changed or went, it is run,
 * run anew or stopped.
 */
export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #verdicts = noVerdicts();
  readonly #jobs = new Map<string, Job>();
  /** Since when a check has been critical, on the monotonic clock, for those that may cost their service the registration. */
  readonly #criticalSince = new Map<string, number>();
  #reaper: Timer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: CheckRunnerOptions) {
    this.#options = options;
  }

  get verdicts(): Readonly<VerdictCounts> {
    return this.#verdicts;
  }

  /** Starts all checks that are in the catalog. Each service that reports by itself has its full TTL from now. */
  start(): void {
    const { catalog, clock, node } = this.#options;
    for (const { check } of catalog.node(node)?.checks.values() ?? []) this.#follow(check);
    this.#unsubscribe = catalog.subscribe((event) => this.#onEvent(event));
    this.#reaper = clock.every(REAP_EVERY, () => this.#reap());
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#reaper?.cancel();
    for (const id of this.#jobs.keys()) this.#drop(id);
  }

  /** The latest output of a check, also before it is committed. */
  output(check: Check): string {
    return this.#jobs.get(check.id)?.publisher.output ?? check.output;
  }

  /** Gives a check with a TTL its full time again, as registering it does. */
  renew(id: string): void {
    const job = this.#jobs.get(id);
    if (job?.run instanceof TtlCheck) job.run.renew();
  }

  /**
   * A service reports on its own check. Only a change of status is committed.
   *
   * @returns false when the check has no TTL
   * @throws StoreError when a change could not be stored; the report counts nevertheless
   */
  async report(id: string, verdict: Verdict): Promise<boolean> {
    const job = this.#jobs.get(id);
    if (!(job?.run instanceof TtlCheck)) return false;
    job.run.renew();
    this.#verdicts.ttl[verdict.status]++;
    await job.publisher.publish(reported(verdict, job.run.probe));
    return true;
  }

  #onEvent(event: CatalogEvent): void {
    for (const change of event.changes) {
      if (change.kind === 'put-check' && this.#isOwn(change.check.node)) this.#follow(change.check);
      if (change.kind === 'remove-check' && this.#isOwn(change.node)) this.#drop(change.id);
    }
  }

  #isOwn(node: string): boolean {
    return node.toLowerCase() === this.#options.node.toLowerCase();
  }

  #follow(check: Check): void {
    const job = this.#jobs.get(check.id);
    if (!check.probe || (job && !sameProbe(job.probe, check.probe))) this.#drop(check.id);
    if (check.probe && !this.#jobs.has(check.id)) this.#jobs.set(check.id, this.#startJob(check.id, check.probe));
    if (check.status !== 'critical') this.#criticalSince.delete(check.id);
    else if (!this.#criticalSince.has(check.id)) this.#criticalSince.set(check.id, this.#options.clock.monotonic());
  }

  #drop(id: string): void {
    const job = this.#jobs.get(id);
    job?.run.stop();
    job?.publisher.stop();
    this.#jobs.delete(id);
    this.#criticalSince.delete(id);
  }

  #startJob(id: string, probe: Probe): Job {
    const publisher = this.#publisherOf(id);
    if (probe.type === 'ttl') {
      const run = new TtlCheck(probe, this.#options.clock, () => this.#expire(id, publisher));
      run.renew();
      return { probe, run, publisher };
    }
    const publish = (verdict: Verdict) => this.#publish(publisher, verdict);
    if (probe.type === 'alias') {
      const run = new AliasCheck(probe, this.#options.catalog, publish);
      run.start();
      return { probe, run, publisher };
    }
    const counts = this.#verdicts[probe.type];
    const run = new PeriodicCheck(probe, this.#options.clock, publish, (status) => counts[status]++);
    run.start(this.#options.random() * probe.interval);
    return { probe, run, publisher };
  }

  #publisherOf(id: string): Publisher {
    const { catalog, clock, random, node } = this.#options;
    return new Publisher({
      clock,
      random,
      current: () => catalog.check(node, id)?.check,
      commit: (verdict) => this.#commit(id, verdict),
      onFailure: (error) => this.#logFailure(error),
    });
  }

  #expire(id: string, publisher: Publisher): void {
    const check = this.#options.catalog.check(this.#options.node, id)?.check;
    if (!check || hasExpired(check)) return;
    this.#verdicts.ttl.critical++;
    this.#publish(publisher, expired(publisher.output ?? ''));
  }

  #publish(publisher: Publisher, verdict: Verdict): void {
    publisher.publish(verdict).catch((error: unknown) => this.#logFailure(error));
  }

  #logFailure(error: unknown): void {
    this.#options.log.warn({ err: error }, 'a health check could not be stored; trying again');
  }

  #commit(id: string, { status, output }: Verdict): Promise<void> {
    return this.#options.committer.commit((draft) => {
      const check = draft.check(this.#options.node, id);
      if (check?.probe) draft.putCheck({ ...check, status, output });
    });
  }

  #reap(): void {
    const { catalog, clock, committer, log, node } = this.#options;
    const checks = [...this.#criticalSince].map(([id, since]) => ({ check: catalog.check(node, id)?.check, since }));
    for (const instance of overdue(checks, clock.monotonic())) {
      log.info({ service: instance }, 'deregistering a service that was critical for too long');
      committer
        .commit((draft) => draft.removeInstance(node, instance))
        .catch((error: unknown) => log.warn({ err: error }, 'deregistering failed; trying again'));
    }
  }
}

function sameProbe(a: Probe, b: Probe): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
