// Stands in for udp.c where there is no C compiler, with its arguments and its report, but a closed loop alone.
import { createSocket } from 'node:dgram';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { type: 'boolean' },
    w: { type: 'string', default: '64' },
    n: { type: 'string', default: 'Infinity' },
  },
});
const [host, port, ms] = positionals;
const [window, count] = [Number(values.w), Number(values.n)];

const questions: Buffer[] = [];
const input = await buffer(process.stdin);
for (let at = 0; at < input.length;) {
  const end = at + 2 + input.readUInt16BE(at);
  questions.push(input.subarray(at + 2, end));
  at = end;
}

const socket = createSocket({ type: 'udp4', lookup: (address, _, callback) => callback(null, address, 4) });
const report = { sent: 0, answers: 0, noerror: 0, octets: 0, busy: 0, p50: 0, p99: 0 };
const began = performance.now();

function ask(): void {
  socket.send(questions[report.sent++ % questions.length]!, Number(port), host);
}

function fillWindow(): void {
  for (let i = 0; i < window && report.sent < count; i++) ask();
}

function end(): void {
  const { user, system } = process.cpuUsage();
  report.busy = (user + system) / 1_000 / (performance.now() - began);
  process.stdout.write(JSON.stringify(report), () => process.exit(0));
}

socket.on('message', (reply) => {
  report.answers++;
  report.octets += reply.length;
  if ((reply[3]! & 15) === 0) report.noerror++;
  if (report.sent < count) ask();
  else if (report.answers >= count) end();
});
socket.bind(0, '127.0.0.1', () => {
  socket.setRecvBufferSize(4 * 1024 * 1024);
  let before = 0;
  fillWindow();
  // Lost datagrams thin the window out; when none comes any more it is filled again.
  setInterval(() => {
    if (report.answers === before) fillWindow();
    before = report.answers;
  }, 100);
  setTimeout(end, Number(ms));
});
