// Sends GETs again and again over keep-alive connections and counts the answers.
// Arguments: host, port, milliseconds, connections, path, in which `{n}` is the connection's number from 1 on, and any number of headers:
// `Authorization: Bearer TOKEN`.
import { get } from './exchange.js';

const [host, port, ms, connections, path, ...headers] = process.argv.slice(2);
let answers = 0;

for (let n = 1; n <= Number(connections); n++) {
  get({ host: host!, port: Number(port), path: path!.replace('{n}', String(n)), headers }, (again) => {
    answers++;
    again();
  });
}
// It never sleeps: that each answer of a slow server had to wake it would count as the server's time.
const stayAwake = () => void setImmediate(stayAwake);
stayAwake();
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers }));
  process.exit(0);
}, Number(ms));
