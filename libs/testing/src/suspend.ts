import { readdirSync, readFileSync } from 'node:fs';

/**
 * Stops a process where it stands, as a machine that hangs: connections stay open, and nothing is answered. Returns when all of its threads
 * have stopped: after the signal alone one may still find time for an answer.
 */
export function suspend(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  while (!readdirSync(`/proc/${pid}/task`).every((thread) => isStopped(pid, thread)));
}

/** The state is the letter behind the name, which may hold anything (proc_pid_stat(5)); what has ended runs no more either. */
function isStopped(pid: number, thread: string): boolean {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return 'TZX'.includes(stat[stat.lastIndexOf(')') + 2]!);
}
