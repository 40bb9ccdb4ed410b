import { readFileSync } from 'node:fs';
import { workerOf } from '../cpu.js';
import { startServer } from '../subject.js';

/** A resolver over a folder that the benchmark chose, perhaps one of several. */
export interface BenchProcess {
  /** Of its worker. */
  readonly pid: number;
  /** `http://127.0.0.1:8500` */
  readonly http: string;
  /** `127.0.0.1:8600` */
  readonly dns: string;
  /** Milliseconds from its start until it served. */
  readonly readyAfter: number;
  stop(): Promise<void>;
}

/** Starts the built resolver over `folder`. */
export async function startOver(folder: string): Promise<BenchProcess> {
  const began = performance.now();
  const { ready, child } = await startServer('../../apps/resolver/src/main.js', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: folder,
    SIGNPOST_DEBUG_RESOLVER_PORT: '0',
    SIGNPOST_LOG_LEVEL: 'warn',
  });
  const readyAfter = performance.now() - began;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    pid: workerOf(child.pid!),
    http: ready.endpoints['registry']!,
    dns: ready.endpoints['dns']!,
    readyAfter,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What a process holds of the machine's memory, in octets. */
export function residentOctets(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
