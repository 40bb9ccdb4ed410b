import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { isReady, type Ready } from '#libs/primary';
import type { Design } from './designs.js';
import type { Faults } from './faults.js';

const PROGRAM = 'dist/chaos/test/chaos/cache/program.js';

/** Builds the program, into a folder of its own: others may be starting what is in dist. */
export async function buildProgram(): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/chaos/cache']);
}

/** One process of a blog, which is started again whenever it was killed. */
export class BlogProcess {
  /** How often it was started. */
  starts = 0;
  url = '';
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  #stopped = false;

  constructor(design: Design, settings: Record<string, string>) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNPOST_'));
    this.#env = { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...settings, CHAOS_DESIGN: design };
  }

  async start(): Promise<void> {
    // Not with the options of the Node that runs the tests, which takes the libs from their sources.
    const child = fork(PROGRAM, { env: this.#env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    const { endpoints } = await new Promise<Ready>((resolve, reject) => {
      child.on('message', (message) => isReady(message) && resolve(message));
      child.once('exit', (code) => reject(new Error(`a blog ended with ${code} before it served`)));
    });
    child.once('exit', () => {
      if (!this.#stopped) void this.start();
    });
    this.url = endpoints['blog']!;
    this.starts += 1;
  }

  /** What goes wrong from now on; a process that is started again does without. */
  set(faults: Partial<Faults>): void {
    // It may be killed at this very moment.
    if (this.#child?.connected) this.#child.send(faults, () => {});
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
