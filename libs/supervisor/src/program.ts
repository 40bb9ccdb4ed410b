import type { Config } from '#libs/config';
import type { Logger, Metrics } from '#libs/observability';
import type { Gathered, Ready } from '#libs/primary';
import type { Sockets } from '#libs/sockets';
import type { Command } from './command-line.js';
import type { DebugPort } from './debug.js';
import type { Reload, Running } from './running.js';

/** What a program has of the supervisor that starts it. */
export interface Supervisor {
  /** What `[debug]` shows; the program adds its own to it. */
  readonly metrics: Metrics;
  /** What the program listens on. @param role tells sockets for different things apart, such as `http` */
  sockets(role: string): Sockets;
  /** Has `reload` called when settings change, from now on: before the sockets are opened, so that no client is served by old ones. */
  follow(reload: Reload): void;
  /**
   * Reads the configuration again, in all workers, and changes what can be changed while they serve. Rejects with all that is wrong with
   * it, as its message; then nothing has changed.
   */
  reload(): Promise<void>;
  /** Answers what any worker asks of all of them under `name`, with a value that JSON can hold. */
  answer(name: string, answer: (params: never) => unknown): void;
  /** Asks every worker that serves, this one included. One that takes longer than a second is among the answers without one. */
  gather(name: string, params?: unknown): Promise<Gathered[]>;
}

/** A program that serves until it is told to stop. */
export interface Program extends Command {
  /** Of the configuration: its `data_dir` and how many `workers` it has. */
  readonly section: 'resolver' | 'blog';
  /** Where its metrics are served, beside `[debug] host`. */
  readonly debugPort: DebugPort;
  /** Starts everything; a rejection leaves nothing running that keeps the process alive. Sockets are to come last: with them comes the traffic. */
  start(config: Config, log: Logger, supervisor: Supervisor): Promise<Started>;
}

/** A started program, what it serves, and what a person at a terminal should read. */
export interface Started extends Running, Omit<Ready, 'event'> {
  readonly banner: readonly string[];
  /** Resolves when those who wait for the program may be told that it is ready, such as after a first try to register. */
  settled?(): Promise<void>;
}
