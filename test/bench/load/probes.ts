// Times GETs of some paths, one after another on a connection each, while it sends another GET again and again over other connections.
// Arguments: host, port, milliseconds, connections (0: the probes alone), the path that they ask for, and the paths that are timed.
import { get } from './exchange.js';

/** Between an answer and the next probe, in milliseconds. */
const PAUSE = 2;

const [host, port, ms, connections, path, ...probes] = process.argv.slice(2);
const to = { host: host!, port: Number(port) };
let answers = 0;
const times: Record<string, number[]> = Object.fromEntries(probes.map((probe) => [probe, []]));

for (let i = 0; i < Number(connections); i++) {
  get({ ...to, path: path! }, (again) => {
    answers++;
    again();
  });
}
for (const probe of probes) {
  let began = performance.now();
  get({ ...to, path: probe }, (again) => {
    times[probe]!.push(performance.now() - began);
    setTimeout(() => {
      began = performance.now();
      again();
    }, PAUSE);
  });
}
setTimeout(() => {
  // The first answer is that to a new connection.
  for (const all of Object.values(times)) all.shift();
  process.stdout.write(JSON.stringify({ answers, times }));
  process.exit(0);
}, Number(ms));
