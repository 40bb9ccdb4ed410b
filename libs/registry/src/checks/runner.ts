import type { Logger } from '#libs/observability';
import type { Clock, Timer } from '#libs/time';
import type { Catalog } from '../catalog.js';
import type { Committer } from '../committer.js';
import type { Check } from '../model.js';
import type { CatalogEvent } from '../touch.js';
import { AliasCheck } from './alias.js';
import { ByCheck } from './by-check.js';
import { PeriodicCheck } from './periodic.js';
import type { Probe } from './probe.js';
import { Publisher } from './publisher.js';
import { Reaper, type Overdue } from './reaper.js';
import { expired, hasExpired, newTtlCheck, reported, TtlWatch, type TtlCheck } from './ttl.js';
import type { Verdict } from './verdict.js';
import { noVerdicts, type VerdictCounts } from './verdict-counts.js';
import { Vigil } from './vigil.js';

export interface CheckRunnerOptions {
  readonly catalog: Catalog;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 <= x < 1, for spreading. */
  readonly random: () => number;
}

/** A check that is being run. */
type Job = TtlCheck | AliasCheck | PeriodicCheck;

/** How often services that were critical for too long are looked for, in milliseconds. */
const REAP_EVERY = 30_000;
/** How often at most it is logged that checks cannot be stored. */
const LOG_EVERY = 10_000;

/**
 * Runs the checks that have a probe. It follows the catalog, so whatever way a check came, changed or went, it is run, run anew or
 * stopped.
 */
export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #verdicts = noVerdicts();
  readonly #jobs = new ByCheck<Job>();
  readonly #publisher: Publisher;
  readonly #vigil: Vigil;
  readonly #ttl: TtlWatch;
  readonly #reaper = new Reaper();
  #reaping: Timer | undefined;
  /** When a failure was logged last. */
  #logged = -Infinity;
  #unsubscribe: (() => void) | undefined;

  constructor(options: CheckRunnerOptions) {
    const { catalog, clock, random } = options;
    this.#options = options;
    this.#publisher = new Publisher({
      catalog,
      clock,
      random,
      commit: (node, id, verdict) => this.#commit(node, id, verdict),
      onFailure: (error) => this.#logFailure(error),
    });
    this.#vigil = new Vigil(clock);
    this.#ttl = new TtlWatch(clock, this.#vigil, (check) => this.#expire(check));
  }

  get verdicts(): Readonly<VerdictCounts> {
    return this.#verdicts;
  }

  /** Starts all checks that are in the catalog. Each service that reports by itself has its full TTL from now. */
  start(): void {
    const { catalog, clock } = this.#options;
    this.#vigil.start();
    for (const node of catalog.nodes()) for (const { check } of node.checks.values()) this.#follow(check);
    this.#unsubscribe = catalog.subscribe((event) => this.#onEvent(event));
    this.#reaping = clock.every(REAP_EVERY, () => this.#reap());
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#reaping?.cancel();
    for (const job of this.#jobs.values()) this.#end(job);
    this.#jobs.clear();
    this.#ttl.stop();
    this.#vigil.stop();
    this.#publisher.stop();
  }

  /** The latest output of a check, also before it is committed. */
  output(check: Check): string {
    return this.#publisher.output(check);
  }

  /** Gives a check with a TTL its full time again, as registering it does. */
  renew(node: string, id: string): void {
    const job = this.#jobs.get(node, id);
    if (job && isTtl(job)) this.#ttl.renew(job);
  }

  /**
   * A service reports on its own check. Only a change of status is committed.
   *
   * @returns false when the check has no TTL
   * @throws StoreError when a change could not be stored; the report counts nevertheless
   */
  async report(node: string, id: string, verdict: Verdict): Promise<boolean> {
    const job = this.#jobs.get(node, id);
    if (!job || !isTtl(job)) return false;
    this.#ttl.renew(job);
    this.#verdicts.ttl[verdict.status]++;
    await this.#publisher.publish(node, id, reported(verdict, job.probe));
    return true;
  }

  #onEvent(event: CatalogEvent): void {
    for (const change of event.changes) {
      if (change.kind === 'put-check') this.#follow(change.check);
      if (change.kind === 'remove-check') this.#drop(change.node, change.id);
    }
  }

  #follow(check: Check): void {
    const { node, id, probe } = check;
    const job = this.#jobs.get(node, id);
    if (!probe || (job && !sameProbe(job.probe, probe))) this.#drop(node, id);
    if (probe && !this.#jobs.get(node, id)) this.#jobs.set(node, id, this.#startJob(node, id, probe));
    this.#reaper.note(check, this.#options.clock.monotonic());
  }

  #drop(node: string, id: string): void {
    const job = this.#jobs.get(node, id);
    if (job) this.#end(job);
    this.#jobs.delete(node, id);
    this.#publisher.forget(node, id);
    this.#reaper.forget(node, id);
  }

  #end(job: Job): void {
    if (isTtl(job)) this.#ttl.drop(job);
    else job.stop();
  }

  #startJob(node: string, id: string, probe: Probe): Job {
    if (probe.type === 'ttl') {
      const check = newTtlCheck(node, id, probe);
      this.#ttl.renew(check);
      return check;
    }
    const publish = (verdict: Verdict) => void this.#publish(node, id, verdict);
    if (probe.type === 'alias') {
      const alias = new AliasCheck(probe, this.#options.catalog, publish);
      alias.start();
      return alias;
    }
    const counts = this.#verdicts[probe.type];
    const periodic = new PeriodicCheck(probe, this.#options.clock, this.#vigil, publish, (status) => counts[status]++);
    periodic.start(this.#options.random() * probe.interval);
    return periodic;
  }

  async #expire({ node, id }: TtlCheck): Promise<void> {
    const check = this.#options.catalog.check(node, id)?.check;
    if (!check || hasExpired(check)) return;
    this.#verdicts.ttl.critical++;
    await this.#publish(node, id, expired(this.#publisher.output(check)));
  }

  async #publish(node: string, id: string, verdict: Verdict): Promise<void> {
    try {
      await this.#publisher.publish(node, id, verdict);
    } catch {
      // It was logged, and is tried again.
    }
  }

  #logFailure(error: unknown): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#logged < LOG_EVERY) return;
    this.#logged = now;
    this.#options.log.warn({ err: error }, 'health checks could not be stored; trying again');
  }

  #commit(node: string, id: string, { status, output }: Verdict): Promise<void> {
    return this.#options.committer.commit((draft) => {
      const check = draft.check(node, id);
      if (check?.probe) draft.putCheck({ ...check, status, output });
    });
  }

  #reap(): void {
    const overdue = this.#reaper.overdue(this.#options.clock.monotonic(), this.#vigil.since);
    for (const one of overdue) this.#remove(one);
  }

  #remove({ node, instance }: Overdue): void {
    const { committer, log } = this.#options;
    log.info({ node, service: instance }, 'deregistering a service that was critical for too long');
    committer
      .commit((draft) => draft.removeInstance(node, instance))
      .catch((error: unknown) => log.warn({ err: error }, 'deregistering failed; trying again'));
  }
}

function isTtl(job: Job): job is TtlCheck {
  return job.probe.type === 'ttl';
}

function sameProbe(a: Probe, b: Probe): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
