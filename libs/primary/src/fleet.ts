import { Backoff } from './backoff.js';
import type { HeldSockets } from './held-sockets.js';
import type { PrimaryLog } from './log.js';
import type { Policy, PrimaryState, Serving } from './messages.js';
import { OBEY_WITHIN, WorkerSet } from './worker-set.js';
import { problemsOf, Worker, WorkerError } from './worker.js';

export interface FleetOptions {
  /** Of the workers' command line. */
  readonly args: readonly string[];
  readonly sockets: HeldSockets;
  readonly log: PrimaryLog;
}

/** While others serve, a new worker that has loaded everything has to live so long before it gets any traffic, in milliseconds. */
const PROBATION = 500;
/** Before a worker has told how long it may take, in milliseconds. */
const FIRST_READY_TIMEOUT = 60_000;

/** The workers of a program: as many as its configuration says, all of them of one generation but while one follows the other. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #backoff = new Backoff();
  readonly #workers: WorkerSet;
  /** What the latest worker that served has told. */
  #serving: Serving | undefined;
  #stopping = false;
  #rolling = false;
  #reload: Promise<void> = Promise.resolve();
  /** A reload that was asked for while another runs: one for all who asked. */
  #next: Promise<void> | undefined;
  #reloads = { succeeded: 0, failed: 0 };
  #deaths = 0;

  /** What workers may ask for. */
  readonly #answers = {
    enter: () => this.#probation(),
    reload: () => this.#workers.applySettings('aloud'),
    setLevel: ({ level }: { level: string }) => this.#workers.setLevel(level),
    gather: ({ name, params }: { name: string; params: unknown }) => this.#workers.gather(name, params),
    state: () => this.state,
  };

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#workers = new WorkerSet(options.log);
  }

  get state(): PrimaryState {
    const [serving, draining] = [this.#workers.in('serving').length, this.#workers.in('draining').length];
    return { reloads: this.#reloads, deaths: this.#deaths, serving, draining };
  }

  /**
   * Starts the workers.
   *
   * @param onServing told what the first one serves, as soon as it does
   * @throws WorkerError when the first one does not start
   */
  start(onServing: (serving: Serving) => void): Promise<Serving> {
    const started = this.#start(onServing);
    this.#reload = started.then(
      () => {},
      () => {},
    );
    return started;
  }

  /**
   * Puts new workers, with the program and the configuration as they are now, in the place of the present ones. These go only when all
   * of the new ones serve. One reload at a time; those that are asked for meanwhile are one.
   *
   * @throws WorkerError when a new worker does not serve: then the present ones stay
   */
  reload(): Promise<void> {
    // What the present workers can change they change at once. What is wrong with the configuration the new ones tell.
    const applied = this.#workers.applySettings('brief').catch(() => {});
    this.#next ??= this.#reload
      .catch(() => {})
      .then(() => applied)
      .then(() => {
        this.#next = undefined;
        return (this.#reload = this.#roll());
      });
    return this.#next;
  }

  /** Tells every worker something. */
  tell(name: string): void {
    this.#workers.tell(name);
  }

  /** Ends the workers that have been replaced and still finish what they have. */
  cut(): void {
    this.#workers.cut();
  }

  /** Ends all workers in order. @returns whether all of them ended well */
  stop(): Promise<boolean> {
    this.#stopping = true;
    return this.#workers.stop();
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#stopping = true;
    this.#workers.kill();
  }

  get #policy(): Policy {
    return this.#serving!.policy;
  }

  /** Those that serve or are about to. */
  get #present(): Worker[] {
    return [...this.#workers.in('serving'), ...this.#workers.in('starting')];
  }

  async #start(onServing: (serving: Serving) => void): Promise<Serving> {
    const first = this.#fork();
    first.onServing = onServing;
    const serving = await this.#launched(first);
    await this.#fill();
    return serving;
  }

  async #roll(): Promise<void> {
    const { log } = this.#options;
    // One that starts in the place of another may have the settings and the program that were there before.
    const old = this.#present;
    let retired: Promise<unknown> = Promise.resolve();
    this.#rolling = true;
    log.info({ workers: old.map(({ pid }) => pid) }, 'reloading');
    try {
      const fresh = await this.#workers.whileRead(() => this.#launchAll());
      this.#reloads.succeeded++;
      log.info({ workers: fresh.map(({ pid }) => pid) }, 'new workers have taken over');
      retired = Promise.all(old.map((worker) => this.#drain(worker)));
    } catch (error) {
      this.#reloads.failed++;
      log.error({ problems: problemsOf(error) }, 'not reloaded: all settings stay as they were');
      throw error;
    } finally {
      this.#rolling = false;
      void this.#fill();
    }
    await retired;
    await this.#closeUnused();
  }

  /** A new worker for each present one, or none at all: the first shows whether they work. */
  async #launchAll(): Promise<Worker[]> {
    const before = this.#serving;
    const fresh: Worker[] = [];
    try {
      fresh.push(await this.#launch());
      const others = Array.from({ length: this.#policy.workers - 1 }, () => this.#launch());
      const settled = await Promise.allSettled(others);
      for (const one of settled) if (one.status === 'fulfilled') fresh.push(one.value);
      const failed = settled.find(({ status }) => status === 'rejected');
      if (failed) throw (failed as PromiseRejectedResult).reason;
      return fresh;
    } catch (error) {
      this.#serving = before;
      for (const worker of fresh) void this.#drain(worker);
      throw error;
    }
  }

  async #launch(): Promise<Worker> {
    const worker = this.#fork();
    await this.#launched(worker);
    return worker;
  }

  /** Waits until a worker serves. @throws WorkerError when it does not in time; then it is gone */
  async #launched(worker: Worker): Promise<Serving> {
    const serving = await this.#readyInTime(worker);
    if (worker.phase === 'draining') return serving;
    worker.phase = 'serving';
    this.#serving = serving;
    this.#options.log.use(serving.policy.log);
    return serving;
  }

  async #readyInTime(worker: Worker): Promise<Serving> {
    const within = this.#serving?.policy.readyTimeout ?? FIRST_READY_TIMEOUT;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new WorkerError([`the new worker was not ready within ${within} ms`])),
      within,
    );
    try {
      return await Promise.race([worker.ready(), late]);
    } catch (error) {
      worker.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #fork(): Worker {
    const { args, sockets } = this.#options;
    const worker = new Worker({ args, sockets, answers: this.#answers });
    this.#workers.add(worker);
    // One of a reload reads settings that are newer than the level.
    if (!this.#rolling) this.#workers.tellLevel(worker);
    void worker.exited.then((code) => this.#onExit(worker, code));
    return worker;
  }

  /** The time in which a worker that is good for nothing ends without having been given any traffic. */
  async #probation(): Promise<void> {
    if (this.#workers.in('serving').length > 0) await new Promise((resolve) => setTimeout(resolve, PROBATION));
  }

  #onExit(worker: Worker, code: number | null): void {
    const { phase, pid, since } = worker;
    this.#workers.delete(worker);
    if (phase !== 'serving' || this.#stopping) return;
    this.#deaths++;
    const wait = this.#backoff.next(performance.now() - since);
    this.#options.log.error({ worker: pid, code, wait_ms: wait }, 'a worker ended by itself: it is replaced');
    this.#replace(wait);
  }

  #replace(wait: number): void {
    setTimeout(() => void this.#fill(), wait);
  }

  /** Starts workers until there are as many as there are to be. A reload does that itself. */
  async #fill(): Promise<void> {
    if (this.#rolling || this.#stopping) return;
    const missing = this.#policy.workers - this.#present.length;
    await Promise.all(Array.from({ length: Math.max(missing, 0) }, () => this.#tryToLaunch()));
  }

  async #tryToLaunch(): Promise<void> {
    const worker = this.#fork();
    try {
      await this.#launched(worker);
    } catch (error) {
      if (this.#stopping || worker.phase === 'draining') return;
      const wait = this.#backoff.next(0);
      this.#options.log.error({ problems: problemsOf(error), wait_ms: wait }, 'a worker did not start: trying on');
      this.#replace(wait);
    }
  }

  /** Tells a worker that others have its place. Resolves when it takes nothing new; it ends later, by itself or at the deadline. */
  async #drain(worker: Worker): Promise<void> {
    worker.phase = 'draining';
    const { drainTimeout } = this.#policy;
    const timer = setTimeout(() => {
      this.#options.log.warn({ worker: worker.pid, deadline_ms: drainTimeout }, 'a worker did not finish in time');
      void worker.cut();
    }, drainTimeout);
    void worker.exited.then(() => clearTimeout(timer));
    await worker.channel.ask('drain', undefined, OBEY_WITHIN).catch(() => {});
  }

  /** Closes sockets that no worker has, such as those of a port that was changed. */
  async #closeUnused(): Promise<void> {
    const used = this.#present.flatMap(({ opened }) => [...opened]);
    await this.#options.sockets.retain(new Set(used));
  }
}
