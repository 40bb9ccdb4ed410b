// Loaded into a program before its own code, with --expose-gc: tells the benchmark that started it, whenever it asks, what
// the program holds when all garbage is gone.
import { setTimeout as sleep } from 'node:timers/promises';

/** What buffers held is freed by other threads, some time after the collection that found them. */
const COLLECTIONS = 3;
const PAUSE_MS = 100;

async function report(): Promise<void> {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc!();
    await sleep(PAUSE_MS);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send!({ event: 'memory', rss, heapUsed, external });
}

process.on('message', (message) => {
  if (message === 'memory') void report();
});
