import type { PrimaryLog } from './log.js';
import type { Gathered } from './messages.js';
import type { Worker, WorkerPhase } from './worker.js';

/** Within this a worker has to answer what all are asked, in milliseconds. */
const GATHER_WITHIN = 1_000;
/** The same for what it is told to do. One that is stuck must not hold up a reload. */
export const OBEY_WITHIN = 5_000;

/** The workers that there are, and what all of them are asked and told. */
export class WorkerSet {
  readonly #log: PrimaryLog;
  readonly #workers = new Set<Worker>();
  /** Of the log, if it was set since settings were read last. */
  #level: string | undefined;

  constructor(log: PrimaryLog) {
    this.#log = log;
  }

  add(worker: Worker): void {
    this.#workers.add(worker);
  }

  delete(worker: Worker): void {
    this.#workers.delete(worker);
  }

  in(phase: WorkerPhase): Worker[] {
    return [...this.#workers].filter((worker) => worker.phase === phase);
  }

  /** Tells every worker something. */
  tell(name: string): void {
    for (const { channel } of this.#workers) void channel.ask(name).catch(() => {});
  }

  /** Asks every worker that serves. One that does not answer in time is among the answers without one. */
  gather(name: string, params: unknown): Promise<Gathered[]> {
    return Promise.all(
      this.in('serving').map(({ pid, channel }) =>
        channel.ask(name, params, GATHER_WITHIN).then(
          (answer) => ({ pid, answer }),
          () => ({ pid }),
        ),
      ),
    );
  }

  /** Lets all workers read their configuration again, and change what they can while they serve. @throws ChannelError when one cannot */
  async applySettings(voice: 'aloud' | 'brief'): Promise<void> {
    // One that is starting may have read its configuration before it changed.
    for (const worker of this.in('starting')) void worker.channel.ask('settings', { voice: 'silent' }).catch(() => {});
    const levels = await this.whileRead(() =>
      Promise.all(this.in('serving').map(({ channel }) => channel.ask<string>('settings', { voice }, OBEY_WITHIN))),
    );
    if (levels.length > 0) this.#log.level = levels[0]!;
  }

  /** Sets the level of the log, here, in all workers and in those that start later, until settings are read again. */
  async setLevel(level: string): Promise<void> {
    this.#level = level;
    this.#log.level = level;
    for (const worker of this.#workers) if (worker.phase !== 'serving') this.tellLevel(worker);
    await this.gather('setLevel', { level });
  }

  /** Tells a worker of the level, if it has been set. */
  tellLevel({ channel }: Worker): void {
    const level = this.#level;
    if (level !== undefined) void channel.ask('setLevel', { level }).catch(() => {});
  }

  /** Settings are read by what `work` does, and with them the level of the log: one that was set before that, and not meanwhile, is over. */
  async whileRead<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#level;
    const result = await work();
    if (this.#level === before) this.#level = undefined;
    return result;
  }

  /** Ends the workers that have been replaced and still finish what they have. */
  cut(): void {
    for (const worker of this.in('draining')) void worker.cut();
  }

  /** Ends all workers in order. @returns whether all of them ended well */
  async stop(): Promise<boolean> {
    this.tell('stop');
    const codes = await Promise.all([...this.#workers].map(({ exited }) => exited));
    return codes.every((code) => code === 0);
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }
}
