import type { Design } from '../controls/design.js';
import { LIST, ROWS, type ModelDatabase, type Turn } from './database.js';

/** What happens in a run, whenever the scheduler says so. */
export type Step =
  | { readonly do: 'read'; readonly process: number; readonly key: string; readonly fresh: boolean }
  /** A writer who crashes is gone after its commit, and has told nobody. */
  | { readonly do: 'write'; readonly process: number; readonly key: string; readonly crash: boolean }
  | { readonly do: Fault; readonly process: number };

export type Fault = 'lose' | 'sleep' | 'cut' | 'heal' | 'tick';

/** A design in all processes of a run, and what can be done to it. */
export interface Subject {
  readonly processes: readonly Design[];
  /** @returns for `heal`: whether the process uses the store again */
  fault(process: number, fault: Fault): Promise<boolean>;
  /** Lets everything come to rest that does so by itself within seconds. */
  settle(): Promise<void>;
  /** What a reader in that process would be given without the database being asked. */
  at(process: number, key: string): Promise<{ readonly body: Buffer | undefined } | undefined>;
}

/**
 * What must not be. `stuck`: wrong at rest. `stale`: older than a write that its process knew of before the read began. `back`: older than
 * what a reader of the same process had been given before. `below`: older than the version that was asked for.
 */
export type Violation = 'stuck' | 'stale' | 'back' | 'below';

/** The newest version of each key. */
class Newest extends Map<string, number> {
  of(key: string): number {
    return this.get(key) ?? 0;
  }

  raise(key: string, version: number): void {
    this.set(key, Math.max(this.of(key), version));
  }
}

/** Takes steps, and judges what readers get and what is left in the end. */
export class Run {
  readonly violations: Violation[] = [];
  readonly #database: ModelDatabase;
  readonly #subject: Subject;
  readonly #turn: Turn;
  /** Versions that were acknowledged to a client, */
  readonly #acknowledged = new Newest();
  /** of which the store was told, */
  readonly #told = new Newest();
  /** that every reader in a process must see, as its own writes at once, those of others when their messages have arrived, */
  readonly #known: readonly Newest[];
  /** and that one has seen. */
  readonly #seen: readonly Newest[];

  constructor(database: ModelDatabase, subject: Subject, turn: Turn) {
    this.#database = database;
    this.#subject = subject;
    this.#turn = turn;
    this.#known = subject.processes.map(() => new Newest());
    this.#seen = subject.processes.map(() => new Newest());
  }

  async take(step: Step): Promise<void> {
    const { process } = step;
    await this.#turn(`${step.do} in ${process}`);
    if (step.do === 'read') await this.#read(process, step.key, step.fresh);
    else if (step.do === 'write') await this.#write(process, step.key, step.crash);
    else await this.#fault(process, step.do);
  }

  /** Nothing is under way: every process knows what any of them has told. */
  rest(): void {
    for (const known of this.#known) for (const [key, version] of this.#told) known.raise(key, version);
  }

  /** Compares all caches at rest with the database. */
  async judgeRest(keys: readonly string[]): Promise<void> {
    for (const process of this.#subject.processes.keys()) {
      for (const key of [...keys, LIST]) {
        const held = await this.#subject.at(process, key);
        if (held && String(held.body) !== String(this.#database.at(key).body)) this.violations.push('stuck');
      }
    }
  }

  async #read(process: number, key: string, fresh: boolean): Promise<void> {
    const minVersion = fresh ? this.#acknowledged.of(key) : 0;
    const known = this.#known[process]!.of(key);
    const seen = this.#seen[process]!.of(key);
    const query = { key, minVersion, ...(key === LIST && { within: [ROWS] }) };
    const { version } = await this.#subject.processes[process]!.read(query, () => this.#database.load(key));
    if (version < minVersion) this.violations.push('below');
    if (version < known) this.violations.push('stale');
    if (version < seen) this.violations.push('back');
    this.#seen[process]!.raise(key, version);
  }

  async #write(process: number, key: string, crash: boolean): Promise<void> {
    if (crash) return void (await this.#database.commit(key));
    let version = 0;
    const told = await this.#subject.processes[process]!.write(key, async () => {
      const committed = await this.#database.commit(key);
      ({ version } = committed.entry);
      return committed;
    });
    this.#acknowledged.raise(key, version);
    if (!told) return;
    this.#told.raise(key, version);
    this.#known[process]!.raise(key, version);
  }

  async #fault(process: number, fault: Fault): Promise<void> {
    const before = [...this.#acknowledged];
    if (!(await this.#subject.fault(process, fault))) return;
    for (const [key, version] of before) this.#known[process]!.raise(key, version);
  }
}
