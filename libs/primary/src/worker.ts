import { fork, type ChildProcess } from 'node:child_process';
import { Channel, Handed, type Answerer } from './channel.js';
import { socketKey, type HeldSockets, type WantedSocket } from './held-sockets.js';
import { PRIMARY_VARIABLE, type Refusal, type Serving } from './messages.js';

/** Why a new worker does not take part. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** What to tell of an error, in sentences. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof WorkerError) return error.problems;
  return [error instanceof Error ? error.message : String(error)];
}

/** A worker that is told to end has so long until it is killed, in milliseconds. */
const END_WITHIN = 1_000;

/** Where a worker has got to. `draining`: it takes nothing new. */
export type WorkerPhase = 'starting' | 'serving' | 'draining';

export interface WorkerOptions {
  readonly args: readonly string[];
  readonly sockets: HeldSockets;
  /** What a worker may ask for, besides sockets, by name. */
  readonly answers: Readonly<Record<string, Answerer>>;
}

/** One worker, as the primary sees it: a process of the same program. */
export class Worker {
  readonly channel: Channel;
  /** What it has opened, by `socketKey`. */
  readonly opened = new Set<string>();
  /** Resolves with its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  phase: WorkerPhase = 'starting';
  /** What it told when it had opened everything. */
  serving: Serving | undefined;
  /** Told at that moment, before the worker goes on. */
  onServing: (serving: Serving) => void = () => {};
  /** When it did, in the time of `performance.now()`. */
  since = 0;
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<Serving>();
  #refusal: Refusal | undefined;

  constructor({ args, sockets, answers }: WorkerOptions) {
    this.#child = fork(process.argv[1]!, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [PRIMARY_VARIABLE]: String(process.pid) },
      // SIGUSR1 would otherwise open a debugger until the program listens for it.
      execArgv: [...process.execArgv, '--disable-sigusr1'],
    });
    this.channel = new Channel(this.#child);
    for (const [name, answer] of Object.entries(answers)) this.channel.on(name, answer);
    this.#listen(sockets);
    this.exited = new Promise((resolve) => this.#onEnd(resolve));
    this.#ready.promise.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when whoever waits may be told so. @throws WorkerError when it ended instead */
  ready(): Promise<Serving> {
    return this.#ready.promise;
  }

  /** Tells it to end, and kills it when it does not at once. */
  async cut(): Promise<void> {
    void this.channel.ask('cut').catch(() => {});
    const timer = setTimeout(() => this.kill(), END_WITHIN);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #listen(sockets: HeldSockets): void {
    this.channel.on('open', async (wanted: WantedSocket) => {
      const handle = await sockets.open(wanted);
      this.opened.add(socketKey(wanted));
      return new Handed(handle);
    });
    this.channel.on('serving', (serving: Serving) => {
      this.serving = serving;
      this.since = performance.now();
      this.onServing(serving);
    });
    this.channel.on('ready', () => this.#ready.resolve(this.serving!));
    this.channel.on('refused', (refusal: Refusal) => void (this.#refusal = refusal));
  }

  #onEnd(resolve: (code: number | null) => void): void {
    this.#child.once('exit', (code, signal) => {
      this.#fail(this.#refusal?.problems ?? [`the new worker ended before it served (${signal ?? `exit ${code}`})`]);
      resolve(code);
    });
    // A process that could not be made has no exit.
    this.#child.once('error', ({ message }) => {
      this.#fail([message]);
      resolve(null);
    });
  }

  #fail(problems: readonly string[]): void {
    this.#ready.reject(new WorkerError(problems));
  }
}
