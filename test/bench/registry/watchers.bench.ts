import { workerOf } from '../cpu.js';
import { startResolver } from '../resolver.js';
import { pathOf, reportOf } from '../subject.js';
import { printTable } from '../table.js';

const WATCHERS = 10_000;

/** What `load/watch.ts` prints. */
interface Report {
  readonly octetsEach: number;
  readonly wokenElsewhere: number;
  /** Milliseconds from a change to the answer of the first, the middle and the last watcher, median of the rounds. */
  readonly first: number;
  readonly median: number;
  readonly last: number;
}

/** Clients that wait for a change of one service: their memory, and how soon they all know. */
export async function benchWatchers(): Promise<void> {
  const resolver = await startResolver(3);
  try {
    const { host, port } = resolver.http;
    const { octetsEach, wokenElsewhere, first, median, last } = await reportOf<Report>(
      [process.execPath, pathOf('./load/watch.js')],
      [host, port, workerOf(resolver.process.pid!), WATCHERS],
    );
    printTable(
      `${WATCHERS} watchers of /v1/health/service/web?passing, one change`,
      ['first ms', 'median ms', 'last ms', 'RSS of a watcher, octets', 'woken by 200 changes elsewhere'],
      [[...[first, median, last].map((ms) => ms.toFixed(0)), octetsEach.toFixed(0), String(wokenElsewhere)]],
    );
  } finally {
    resolver.stop();
  }
}
