// Sends one GET again and again over keep-alive connections and counts the answers.
// Arguments: host, port, milliseconds, connections, path, and any number of headers: `Authorization: Bearer TOKEN`.
import { connect } from 'node:net';

const [host, port, ms, connections, path, ...headers] = process.argv.slice(2);
const request = Buffer.from([`GET ${path} HTTP/1.1`, 'Host: bench', ...headers, '', ''].join('\r\n'));
let answers = 0;

/** The length of an answer whose head is there: that, and the body that Content-Length announces; a 304 has none. */
function lengthOf(answer: string): number | undefined {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  if (answer.startsWith('HTTP/1.1 304')) return end + 4;
  const body = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (!answer.startsWith('HTTP/1.1 200') || body === undefined) throw new Error(`unexpected answer: ${answer}`);
  return end + 4 + Number(body);
}

for (let i = 0; i < Number(connections); i++) {
  const socket = connect(Number(port), host);
  let [head, received] = ['', 0];
  let length: number | undefined;
  socket.on('connect', () => socket.write(request));
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (length === undefined) length = lengthOf((head += chunk.toString('latin1')));
    if (length === undefined || received < length) return;
    if (received > length) throw new Error('an answer is longer than it says');
    [head, received, length] = ['', 0, undefined];
    answers++;
    socket.write(request);
  });
}
// It never sleeps: that each answer of a slow server had to wake it would count as the server's time.
const stayAwake = () => void setImmediate(stayAwake);
stayAwake();
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers }));
  process.exit(0);
}, Number(ms));
