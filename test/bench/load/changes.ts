// Changes a service over HTTP and asks for it over DNS, again and again until the answer is the new one; tells how long that took.
// Arguments: the HTTP address, the DNS server's host and port, changes.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 7;

const [http, host, port, changes] = process.argv.slice(2);
const socket = createSocket('udp4');

/** `change.service.consul`, type SRV, class IN (RFC 1035 section 4). */
function question(): Buffer {
  const labels = ['change', 'service', 'consul'].flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 33, 0, 1]);
}

/** The port in the first SRV record, whose owner is a pointer of two octets: after type, class, TTL, length, priority and weight. */
function portOf(reply: Buffer): number | undefined {
  const answers = reply.readUInt16BE(6);
  return answers > 0 ? reply.readUInt16BE(question().length + 2 + 10 + 4) : undefined;
}

async function ask(): Promise<number | undefined> {
  const reply = new Promise<Buffer>((resolve) => socket.once('message', resolve));
  socket.send(question(), Number(port), host);
  return portOf(await reply);
}

async function change(to: number): Promise<number> {
  const body = JSON.stringify({ Name: 'change', ID: 'change-1', Port: to });
  const registered = fetch(`${http}/v1/agent/service/register`, { method: 'PUT', body }).then(async (answer) => {
    await answer.arrayBuffer();
    return performance.now();
  });
  while ((await ask()) !== to) continue;
  const seen = performance.now();
  // From the acknowledgement on: an answer that came before it took no time.
  return Math.max(0, seen - (await registered));
}

await change(1);
const times: number[] = [];
for (let i = 0; i < Number(changes); i++) {
  times.push(await change(2 + i));
  await sleep(PAUSE_MS);
}
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.floor(times.length * share)]!;
process.stdout.write(JSON.stringify({ median: at(0.5), p99: at(0.99), longest: times.at(-1) }));
process.exit(0);
