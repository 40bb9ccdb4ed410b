// Runs the benchmarks that the arguments name, or all of them. `dns` stands for all whose name begins with `dns-`.
import { benchReads } from './cache/reads.bench.js';
import { benchStampede } from './cache/stampede.bench.js';
import { benchZipf } from './cache/zipf.bench.js';
import { watchOthers } from './cpu.js';
import { benchCreate } from './blog/create.bench.js';
import { benchUncachedReads } from './blog/read.bench.js';
import { benchChurn } from './dns/churn.bench.js';
import { benchLatency } from './dns/latency.bench.js';
import { benchMemory } from './dns/memory.bench.js';
import { benchScale } from './dns/scale.bench.js';
import { benchTcp } from './dns/tcp.bench.js';
import { benchUdp } from './dns/udp.bench.js';
import { benchHttp } from './http.bench.js';
import { benchChanges } from './registry/changes.bench.js';
import { benchRegistrations } from './registry/registrations.bench.js';
import { benchSize } from './registry/size.bench.js';
import { benchWatchers } from './registry/watchers.bench.js';
import { benchMetrics } from './metrics.bench.js';
import { benchProbes } from './probes.bench.js';
import { benchReload } from './reload.bench.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  'dns-udp': benchUdp,
  'dns-scale': benchScale,
  'dns-churn': benchChurn,
  'dns-latency': benchLatency,
  'dns-memory': benchMemory,
  'dns-tcp': benchTcp,
  http: benchHttp,
  'blog-create': benchCreate,
  'blog-read': benchUncachedReads,
  'registry-registrations': benchRegistrations,
  'registry-watchers': benchWatchers,
  'registry-changes': benchChanges,
  'registry-size': benchSize,
  'cache-reads': benchReads,
  'cache-zipf': benchZipf,
  'cache-stampede': benchStampede,
  metrics: benchMetrics,
  probes: benchProbes,
  reload: benchReload,
};

const all = Object.keys(BENCHMARKS);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const chosen = wanted.map((word) => all.filter((name) => name === word || name.startsWith(`${word}-`)));
const unknown = wanted.filter((_, i) => chosen[i]!.length === 0);
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}\n`);
  process.exit(2);
}
for (const name of new Set(chosen.flat())) {
  const others = watchOthers();
  await BENCHMARKS[name]!();
  console.log(
    `\nOther programs took ${Math.max(0, Math.round(others() * 100))} % of the machine's CPU time during ${name}.`,
  );
}
