import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { BuildCopy } from '../../build-copy.js';

/**
 * How long a waiting connection is kept, in milliseconds: short, so that workers that are replaced have something to wait for and do end, and
 * longer than a busy machine holds up a process, which would then end connections before it reads what came on them.
 */
export const KEEP_ALIVE = 4_000;

/** A program from a build of its own, which a test edits and reloads. */
export class Subject {
  readonly build = new BuildCopy();
  readonly folder = tempFolder();
  readonly app: string;
  readonly #settings: string;
  #program: TestProgram | undefined;

  /** @param settings lines of its configuration */
  constructor(app: 'resolver' | 'blog', settings: (folder: string) => readonly string[]) {
    this.app = app;
    this.#settings = [
      ...settings(this.folder.path),
      '[limits]',
      'enabled = false',
      `keep_alive_timeout = ${KEEP_ALIVE}ms`,
      '[supervisor]',
      'ready_timeout = 30s',
      'drain_timeout = 20s',
      '',
    ].join('\n');
  }

  get program(): TestProgram {
    return this.#program!;
  }

  /** @returns what it serves */
  async start(): Promise<Readonly<Record<string, string>>> {
    this.write(this.#settings);
    this.#program = TestProgram.start(this.app, {}, ['--config', this.#file], this.build.root);
    const { endpoints } = await this.#program.ready();
    return endpoints;
  }

  write(configuration: string): void {
    writeFileSync(this.#file, configuration);
  }

  /** The program with all that was edited taken back. */
  restore(): void {
    this.build.restore();
    this.write(this.#settings);
  }

  hangUp(): void {
    this.program.signal('SIGHUP');
  }

  /** Asks for a reload from a terminal. @returns its exit code */
  async reload(): Promise<number> {
    const entry = join(this.build.root, `dist/apps/${this.app}/src/main.js`);
    const run = promisify(execFile)(process.execPath, [entry, 'reload', '--config', this.#file]);
    return run.then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  }

  /** The process ids of the workers. */
  get workers(): number[] {
    return this.program.workers;
  }

  /** Resident memory of the primary, in octets. */
  get memory(): number {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.program.pid}/status`, 'utf8'))!;
    return Number(kilobytes) * 1_024;
  }

  /** Waits until all workers that were replaced have gone. */
  async settle(workers: number): Promise<void> {
    await eventually(`${workers} workers`, 90_000, () => this.workers.length === workers);
  }

  async stop(): Promise<void> {
    await this.#program?.end();
    this.build.remove();
    this.folder.remove();
  }

  get #file(): string {
    return join(this.folder.path, 'app.ini');
  }
}
