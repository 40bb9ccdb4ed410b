import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isReady, type Ready } from '#libs/supervisor';

/** Clock ticks a second in /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A server under measurement, in a process of its own. */
export interface Subject {
  readonly name: string;
  /** Where the load goes. */
  readonly host: string;
  readonly port: number;
  /** Microseconds of CPU time, user and system, that it has used so far, over all its threads. */
  cpuMicroseconds(): number;
  stop(): void;
}

/** The core that servers run on, and the one for the load, so that neither takes time from the other. */
const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** Starts a compiled script of this repository on the servers' core and waits until it says that it serves. */
export async function startServer(
  script: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<{ readonly ready: Ready; readonly child: ChildProcess }> {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, pathOf(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
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
  const child = spawn('taskset', ['-c', LOAD_CORE, process.execPath, pathOf(script), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const { answers } = JSON.parse(output) as { answers: number };
  return answers;
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}

/** Fields 14 and 15 of /proc/<pid>/stat (proc_pid_stat(5)); the second field may hold blanks, so count from its end. */
function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
