// Registers services one after the other on each of many keep-alive connections, every one a change, and counts the answers.
// Arguments: host, port, milliseconds, connections, `catalog` or `agent`.
import { connect } from 'node:net';

/** Ids come again after so many, with another port: the registry does not grow for ever, and nothing is registered twice alike. */
const IDS = 20_000;
const SERVICES = 200;
const NODES = 100;

const [host, port, ms, connections, family] = process.argv.slice(2);
const PATHS: Readonly<Record<string, string>> = {
  agent: '/v1/agent/service/register',
  catalog: '/v1/catalog/register',
};
// Another run is another round: its ports differ from those of the one before.
const round = Math.floor(Math.random() * 50_000);
let sent = 0;
let answers = 0;

function body(n: number): object {
  const i = n % IDS;
  const service = { ID: `web-${i}`, Port: 1 + ((round + Math.floor(n / IDS)) % 60_000), Tags: ['v1', 'bench'] };
  const address = `10.0.${(i >> 8) & 255}.${i & 255}`;
  if (family === 'agent') {
    return { ...service, Name: `web${i % SERVICES}`, Address: address, Check: { TTL: '30s', Status: 'passing' } };
  }
  const node = i % NODES;
  return {
    Node: `node-${node}`,
    Address: `10.1.0.${node}`,
    Service: { ...service, Service: `web${i % SERVICES}`, Address: address },
  };
}

function request(): string {
  const json = JSON.stringify(body(sent++));
  return `PUT ${PATHS[family!]} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

/** Whether an answer is complete: its head, and the body that Content-Length announces. */
function isComplete(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`unexpected answer: ${answer}`);
  return answer.length >= end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1] ?? 0);
}

for (let i = 0; i < Number(connections); i++) {
  const socket = connect(Number(port), host);
  let answer = '';
  socket.on('connect', () => socket.write(request()));
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    if (!isComplete(answer)) return;
    answer = '';
    answers++;
    socket.write(request());
  });
}
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers }));
  process.exit(0);
}, Number(ms));
