import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Redis } from 'ioredis';
import { suspend } from './suspend.js';
import { tempFolder } from './temp-folder.js';

/**
 * Where free ports are looked for: below those that the kernel gives to clients, so that nobody takes a server's while it restarts.
 */
const FIRST_PORT = 10_000;
const PORTS = 20_000;

/** A real redis-server on a free port of the loopback interface. It saves nothing unless it is told to. */
export class TestRedis {
  readonly url: string;
  readonly #port: number;
  readonly #folder = tempFolder();
  readonly #config: readonly string[];
  #process: ChildProcess | undefined;
  #client: Redis | undefined;

  private constructor(port: number, config: readonly string[]) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#port = port;
    this.#config = config;
  }

  /** @param config as on the command line: `--maxmemory 2mb` */
  static async start(...config: readonly string[]): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), config);
    await redis.restart();
    return redis;
  }

  /** Starts it again, on the same port and with what it had saved. */
  async restart(): Promise<void> {
    const fixed = ['--port', `${this.#port}`, '--bind', '127.0.0.1', '--dir', this.#folder.path, '--save', ''];
    this.#process = spawn('redis-server', [...fixed, ...this.#config], { stdio: ['ignore', 'pipe', 'inherit'] });
    await started(this.#process);
  }

  /** Sends a command over a connection of its own, which waits as long as it takes: `command('CONFIG', 'SET', ...)`. */
  async command(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    this.#client ??= await connect(this.url);
    return this.#client.call(name, ...args);
  }

  /** Every key that it holds. */
  async keys(): Promise<string[]> {
    return (await this.command('KEYS', '*')) as string[];
  }

  /** Stops it where it stands, as a machine that hangs: connections stay open, and nothing is answered. */
  freeze(): void {
    suspend(this.#process!.pid!);
  }

  thaw(): void {
    this.#process!.kill('SIGCONT');
  }

  /** Ends it without warning; what it had not saved is lost. */
  async kill(): Promise<void> {
    const ended = once(this.#process!, 'exit');
    this.#process!.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
    this.#folder.remove();
  }
}

/** Loads the client only for tests that need it. */
async function connect(url: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  return new Redis(url, { maxRetriesPerRequest: null }).on('error', () => {});
}

async function started(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}
