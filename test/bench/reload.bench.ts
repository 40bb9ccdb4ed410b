import { workerOf } from './cpu.js';
import { askOverUdp } from './dns/load.js';
import { frameQuestion } from './dns/questions.js';
import { HttpClient } from './http-client.js';
import { measure } from './measure.js';
import { residentOctets } from './registry/process.js';
import { startResolver, startResolverAlone, type BenchResolver } from './resolver.js';
import { percentile } from './statistics.js';
import { runLoad, type Subject } from './subject.js';
import { printTable } from './table.js';

const CONNECTIONS = 64;
const PATH = '/v1/health/service/web?passing';
/** How long requests are timed for, and how often a reload is asked for meanwhile, in milliseconds. */
const TIMED_MS = 20_000;
const RELOAD_EVERY_MS = 5_000;
const LOOPS = 16;
/** Two processes of one program differ by some per cent, so there are several of each. */
const PAIRS = 3;

/** What supervision costs: a resolver under its primary beside the same without one, requests while workers are replaced, memory. */
export async function benchReload(): Promise<void> {
  const resolvers: BenchResolver[] = [];
  try {
    for (let n = 0; n < PAIRS; n++) resolvers.push(await startResolverAlone(3), await startResolver(3));
    const all = (door: 'http' | 'dns') =>
      resolvers.map((one, n) => ({ ...one[door], name: n % 2 === 0 ? 'without a primary' : 'worker of a primary' }));
    const http = (to: Subject, ms: number) => runLoad('./load/http.js', [to.host, to.port, ms, CONNECTIONS, PATH]);
    await measure('Supervision, HTTP', all('http'), http);
    const question = frameQuestion('web.service.consul', 'SRV');
    const dns = async (to: Subject, ms: number) => (await askOverUdp(to, question, { ms })).answers;
    await measure('Supervision, DNS', all('dns'), dns);
    const supervised = resolvers[1]!;
    await timeReloads(supervised);
    const primary = supervised.process.pid!;
    const sizes = [primary, workerOf(primary)].map((pid) => (residentOctets(pid) / 1e6).toFixed(1));
    printTable('Resident memory, in MB', ['primary', 'worker'], [sizes]);
  } finally {
    for (const one of resolvers) one.stop();
  }
}

/** Registrations by 16 clients, one after another each: as they are, and while workers are replaced. */
async function timeReloads(resolver: BenchResolver): Promise<void> {
  const calm = await timed(resolver);
  const timer = setInterval(() => resolver.process.kill('SIGHUP'), RELOAD_EVERY_MS);
  const reloading = await timed(resolver);
  clearInterval(timer);
  const rows = Object.entries({ 'no reload': calm, [`a reload each ${RELOAD_EVERY_MS / 1_000} s`]: reloading });
  printTable(
    `Registrations, ${LOOPS} clients, ${TIMED_MS / 1_000} s, in ms`,
    ['', 'requests', 'failed', 'p50', 'p99', 'longest'],
    rows.map(([what, { times, failed }]) => [what, String(times.length), String(failed), ...percentiles(times)]),
  );
}

interface Timed {
  /** Milliseconds. */
  readonly times: readonly number[];
  readonly failed: number;
}

async function timed({ http }: BenchResolver): Promise<Timed> {
  const until = performance.now() + TIMED_MS;
  const times: number[] = [];
  let failed = 0;
  const loop = async (id: number) => {
    const client = new HttpClient(`http://${http.host}:${http.port}`, 1);
    for (let port = 1; performance.now() < until; port = (port % 60_000) + 1) {
      const began = performance.now();
      await client
        .put('/v1/agent/service/register', { Name: 'timed', ID: `timed-${id}`, Port: port })
        .catch(() => failed++);
      times.push(performance.now() - began);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: LOOPS }, (_, id) => loop(id)));
  return { times, failed };
}

function percentiles(times: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
}
