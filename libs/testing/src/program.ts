import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReady, type Ready } from '#libs/primary';
import { suspend } from './suspend.js';

/** Programs of several tests run side by side. */
const FREE_DEBUG_PORTS = { SIGNPOST_DEBUG_PORT: '0', SIGNPOST_DEBUG_RESOLVER_PORT: '0' };

/** A built program that a test started as a child process. */
export class TestProgram {
  /** All that it printed on standard output and on standard error so far. */
  stdout = '';
  stderr = '';
  private readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly whenReady: Promise<Ready>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    this.whenReady = new Promise((resolve, reject) => {
      child.on('message', (message) => isReady(message) && resolve(message));
      void this.exited.then(({ code }) => reject(new Error(`ended with ${code} before it served:\n${this.output}`)));
    });
    this.whenReady.catch(() => {});
  }

  /**
   * Starts `dist/apps/<app>/src/main.js` on the Node that runs the test.
   *
   * @param env the program's settings; of the test's own environment it gets no `SIGNPOST_` variable
   * @param root the folder that has `dist`; by default the one that the test runs in
   */
  static start(app: string, env: Record<string, string> = {}, args: readonly string[] = [], root = '.'): TestProgram {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNPOST_'));
    const child = spawn(process.execPath, [join(root, `dist/apps/${app}/src/main.js`), ...args], {
      env: { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...FREE_DEBUG_PORTS, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new TestProgram(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The process ids of its workers. */
  get workers(): number[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  }

  /** Both outputs, for the message of a failed test. */
  get output(): string {
    return `${this.stdout}${this.stderr}`;
  }

  /** What the program serves, once it does. */
  ready(): Promise<Ready> {
    return this.whenReady;
  }

  /** Stops the program where it stands, with its workers. */
  freeze(): void {
    for (const pid of [this.pid, ...this.workers]) suspend(pid);
  }

  /** Lets them go on. */
  thaw(): void {
    for (const pid of [this.pid, ...this.workers]) process.kill(pid, 'SIGCONT');
  }

  /** Sends a signal that does not end the program. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Waits for a program that ends by itself. */
  exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.exited;
  }
}
