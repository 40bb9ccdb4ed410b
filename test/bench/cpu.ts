import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Microseconds of CPU time, user and system, that a process and its descendants, those that ended too, have used so far. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 to 17 (proc_pid_stat(5)); the second field may hold blanks, so count from its end.
  const ticks = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return childrenOf(pid).reduce((total, child) => total + cpuMicroseconds(child), microseconds(ticks));
}

/**
 * Watches what the rest of the machine does while benchmarks run. @returns a function that gives the share of all cores'
 * time that went to others than this process and its descendants since
 */
export function watchOthers(): () => number {
  const [busy, began] = [othersMicroseconds(), performance.now()];
  return () => (othersMicroseconds() - busy) / ((performance.now() - began) * 1_000 * availableParallelism());
}

function othersMicroseconds(): number {
  // user, nice, system, then idle and waiting, which are not busy, then interrupts and what the host took (proc_stat(5)).
  const [, user, nice, system, , , ...rest] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/);
  return microseconds([user!, nice!, system!, ...rest.slice(0, 3)]) - cpuMicroseconds(process.pid);
}

function microseconds(ticks: readonly string[]): number {
  return (ticks.reduce((sum, count) => sum + Number(count), 0) / TICKS_PER_SECOND) * 1e6;
}

/** The worker of a program that has one. */
export function workerOf(primary: number): number {
  return childrenOf(primary)[0]!;
}

/** Processes that the main thread has started, as proc_pid_task(5) lists them; none where the kernel does not. */
function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return [];
  }
}
