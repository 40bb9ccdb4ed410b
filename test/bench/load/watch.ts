// Lets many clients wait for a change of the service `web` over a connection each, changes it, and tells when they knew.
// Arguments: host, port, process number of the server, clients.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const ROUNDS = 5;
const CHANGES_ELSEWHERE = 200;
const SETTLE_MS = 1_500;

const [host, port, pid, clients] = process.argv.slice(2);
const base = `http://${host}:${port}`;
/** When each client had its latest answer. */
let answered: number[] = [];

function resident(): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

async function register(name: string, given: object): Promise<void> {
  const body = JSON.stringify({ Name: name, ID: `${name}-1`, ...given });
  const answer = await fetch(`${base}/v1/agent/service/register`, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`registering: ${answer.status}`);
  await answer.arrayBuffer();
}

async function indexOf(service: string): Promise<string> {
  const answer = await fetch(`${base}/v1/health/service/${service}?passing`);
  await answer.arrayBuffer();
  return answer.headers.get('x-consul-index')!;
}

function watch(socket: Socket, index: string): void {
  socket.write(`GET /v1/health/service/web?passing&index=${index}&wait=10m HTTP/1.1\r\nHost: bench\r\n\r\n`);
}

async function openSockets(): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < Number(clients)) {
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    // One piece each: the answers are short and the server writes them at once.
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`unexpected: ${chunk.toString()}`);
      answered.push(performance.now());
    });
    sockets.push(socket);
  }
  return sockets;
}

async function change(port: number): Promise<number[]> {
  answered = [];
  const began = performance.now();
  await register('web', { Port: port });
  while (answered.length < Number(clients)) await sleep(5);
  return answered.map((at) => at - began).sort((a, b) => a - b);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

await register('web', { Port: 1 });
const before = resident();
const sockets = await openSockets();
const known = await indexOf('web');
for (const socket of sockets) watch(socket, known);
await sleep(SETTLE_MS);
const octetsEach = (resident() - before) / sockets.length;

for (let i = 0; i < CHANGES_ELSEWHERE; i++) await register('other', { Port: 1 + i });
await sleep(SETTLE_MS);
const wokenElsewhere = answered.length;

const rounds: number[][] = [];
for (let round = 0; round < ROUNDS; round++) {
  rounds.push(await change(1_000 + round));
  const index = await indexOf('web');
  for (const socket of sockets) watch(socket, index);
  await sleep(SETTLE_MS);
}
const first = median(rounds.map((times) => times[0]!));
const middle = median(rounds.map((times) => times[Math.floor(times.length / 2)]!));
const last = median(rounds.map((times) => times.at(-1)!));
process.stdout.write(JSON.stringify({ octetsEach, wokenElsewhere, first, median: middle, last }));
process.exit(0);
