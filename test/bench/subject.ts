import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isReady, type Ready } from '#libs/primary';
import { cpuMicroseconds } from './cpu.js';

/** A server under measurement, in a process of its own. */
export interface Subject {
  readonly name: string;
  /** Where the load goes. */
  readonly host: string;
  readonly port: number;
  /** Microseconds of CPU time, user and system, that it has used so far, over all its threads and processes. */
  cpuMicroseconds(): number;
  stop(): void;
}

/** The core that servers run on, and the one for the load, so that neither takes time from the other. */
const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** Starts any program on the servers' core. */
export function spawnServer(
  command: readonly string[],
  stdio: StdioOptions,
  env: Record<string, string> = {},
): ChildProcess {
  return spawn('taskset', ['-c', SERVER_CORE, ...command], { env: { ...process.env, ...env }, stdio });
}

/** Starts a compiled script of this repository on the servers' core and waits until it says that it serves. */
export async function startServer(
  script: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Promise<{ readonly ready: Ready; readonly child: ChildProcess }> {
  const command = [process.execPath, ...nodeOptions, pathOf(script), ...args];
  const child = spawnServer(command, ['ignore', 'ignore', 'inherit', 'ipc'], env);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message) => isReady(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it served`)));
  });
  return { ready, child };
}

/** A started server as the subject of a measurement. */
export function subject(name: string, address: string, child: ChildProcess): Subject {
  const { hostname, port } = new URL(address.includes('//') ? address : `any://${address}`);
  return {
    name,
    host: hostname,
    port: Number(port),
    cpuMicroseconds: () => cpuMicroseconds(child.pid!),
    stop: () => void child.kill('SIGKILL'),
  };
}

/** Runs a load generator on its own core and gives the number of answers that it counted. */
export async function runLoad(script: string, args: readonly (string | number)[]): Promise<number> {
  const { answers } = await reportOf<{ answers: number }>([process.execPath, pathOf(script)], args);
  return answers;
}

/** Runs a load generator on its own core, gives it `input` to read, and gives the JSON that it printed. */
export async function reportOf<Report>(
  command: readonly string[],
  args: readonly (string | number)[],
  input: Buffer = Buffer.alloc(0),
): Promise<Report> {
  const child = spawn('taskset', ['-c', LOAD_CORE, ...command, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const ended = once(child, 'exit');
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${signal ?? code}`);
  return JSON.parse(output) as Report;
}

/** The file that belongs to a path in the built benchmarks, such as `./load/udp.js`. */
export function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
