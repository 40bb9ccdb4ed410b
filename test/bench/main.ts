// Runs the benchmarks that the arguments name, or all of them.
import { benchDns } from './dns.bench.js';
import { benchHttp } from './http.bench.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = { dns: benchDns, http: benchHttp };

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exit(2);
}
for (const name of names) await BENCHMARKS[name]!();
