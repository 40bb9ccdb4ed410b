// Asks for articles over keep-alive connections, the n-th with a frequency of 1/n (Zipf), and counts what came from the cache.
// Arguments: host, port, milliseconds, connections, how many articles there are.
import { connect } from 'node:net';

const [host, port, ms, connections, count] = process.argv.slice(2);
const sums = new Float64Array(Number(count));
let [sum, answers, hits, octets] = [0, 0, 0, 0];
for (let n = 0; n < sums.length; n++) sums[n] = sum += 1 / (n + 1);

function pick(): number {
  const wanted = Math.random() * sum;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** The length of an answer whose head is there. */
function lengthOf(answer: string): number | undefined {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`unexpected answer: ${answer}`);
  if (/\r\ncache-status: signpost; hit/i.test(answer)) hits++;
  return end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(answer)![1]);
}

for (let i = 0; i < Number(connections); i++) {
  const socket = connect(Number(port), host);
  let [head, received] = ['', 0];
  let length: number | undefined;
  const ask = () => socket.write(`GET /api/v1/articles/${pick()} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  socket.on('connect', ask);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (length === undefined) length = lengthOf((head += chunk.toString('latin1')));
    if (length === undefined || received < length) return;
    answers++;
    octets += length;
    [head, received, length] = ['', 0, undefined];
    ask();
  });
}
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers, hits, octets }));
  process.exit(0);
}, Number(ms));
