import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isReady, type Ready } from '#libs/primary';

/** How a program ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One of the two programs, as a child process. */
export class Child {
  readonly exited: Promise<Exit>;
  private readonly process: ChildProcess;

  /**
   * @param name the folder in apps/
   * @param args handed on as they are
   */
  constructor(
    readonly name: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    const entry = fileURLToPath(new URL(`../../${name}/src/main.js`, import.meta.url));
    // Detached, in a process group of its own: a Ctrl-C reaches this program alone, which then stops the two in order.
    this.process = spawn(process.execPath, [entry, ...args], {
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.exited = new Promise((resolve) => this.process.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** What the program serves, once it does; undefined when it ended instead. */
  ready(): Promise<Ready | undefined> {
    const told = new Promise<Ready>((resolve) => {
      this.process.on('message', (message) => isReady(message) && resolve(message));
    });
    return Promise.race([told, this.exited.then(() => undefined)]);
  }

  /** Asks the program to stop and waits until it has. Stopping one that has ended does nothing. */
  stop(): Promise<Exit> {
    this.process.kill('SIGTERM');
    return this.exited;
  }

  /** Ends the program at once. */
  kill(): void {
    this.process.kill('SIGKILL');
  }
}
