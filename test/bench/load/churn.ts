// Changes a registry at a fixed rate over HTTP and, when told where its DNS is, asks after each change's 200 whether DNS
// shows it.
// Arguments: URL of the registry, changes a second, when to begin (milliseconds since 1970), for how many milliseconds; to
// check, host and port of DNS.
import { setTimeout as sleep } from 'node:timers/promises';
import { CHANGED, changesTo } from '../dns/changes.js';
import { StalenessChecker } from '../dns/staleness.js';
import { HttpClient } from '../http-client.js';

/** Changes under way at a time, to services of which each worker has its own. */
const WORKERS = 32;

const [registry, rate, begin, ms, host, port] = process.argv.slice(2);
const client = new HttpClient(registry!, WORKERS);
const checker = host === undefined ? undefined : new StalenessChecker(host, Number(port));
const interval = (1_000 / Number(rate)) * WORKERS;
let began = 0;
let changes = 0;

/** One change after the other, each at its time or, when the one before took longer, as soon as that is done. */
async function work(worker: number): Promise<void> {
  let due = began + (interval * worker) / WORKERS;
  for (let i = worker; due < began + Number(ms); i = i + WORKERS < CHANGED.count ? i + WORKERS : worker) {
    for (const change of changesTo(i)) {
      await checker?.seeBefore(change);
      await sleep(Math.max(0, due - performance.now()));
      await client.put(change.path, change.body);
      await checker?.seeAfter(change);
      changes++;
      due += interval;
    }
  }
}

await sleep(Math.max(0, Number(begin) - Date.now()));
began = performance.now();
await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
const seconds = (performance.now() - began) / 1_000;
process.stdout.write(JSON.stringify({ changes, seconds, ...checker?.seen }));
client.close();
checker?.close();
