import { fill } from './fill.js';
import { startResolver } from './resolver.js';
import { median } from './statistics.js';
import { printTable } from './table.js';

const SCRAPES = 200;
const WARM_UP = 20;
const INSTANCES_OF_A_SERVICE = 20;

/** How long a scrape takes, whatever is in the registry. */
export async function benchMetrics(): Promise<void> {
  const rows = [];
  for (const instances of [20, 100_000]) rows.push(await measureScrapes(instances));
  printTable(`GET /metrics, ${SCRAPES} in a row, in milliseconds`, ['Instances', 'octets', 'median', 'longest'], rows);
}

async function measureScrapes(instances: number): Promise<string[]> {
  const resolver = await startResolver();
  try {
    const count = instances / INSTANCES_OF_A_SERVICE;
    await fill(resolver, [{ prefix: 'web', count, instances: INSTANCES_OF_A_SERVICE }]);
    const { octets, times } = await scrape(`${resolver.debug}/metrics`);
    return [instances, octets, median(times).toFixed(1), Math.max(...times).toFixed(1)].map(String);
  } finally {
    resolver.stop();
  }
}

async function scrape(url: string): Promise<{ octets: number; times: number[] }> {
  const times = [];
  let octets = 0;
  for (let i = 0; i < WARM_UP + SCRAPES; i++) {
    const began = performance.now();
    octets = (await (await fetch(url)).arrayBuffer()).byteLength;
    if (i >= WARM_UP) times.push(performance.now() - began);
  }
  return { octets, times };
}
