// A DNS proxy that keeps each answer for a while, so that it shows a change that much too late: what a checker of staleness
// must notice. It serves one client, whose IDs it passes on.
// Arguments: host and port of the server, milliseconds for which answers are kept.
import { createSocket, type RemoteInfo } from 'node:dgram';

const [host, port, ms] = process.argv.slice(2);
const server = createSocket('udp4');
const front = createSocket('udp4');
const asked = new Map<number, { readonly key: string; readonly client: RemoteInfo }>();
const kept = new Map<string, { readonly reply: Buffer; readonly until: number }>();

front.on('message', (query, client) => {
  const key = query.toString('latin1', 2);
  const answer = kept.get(key);
  if (answer && answer.until > performance.now()) {
    answer.reply.writeUInt16BE(query.readUInt16BE(0));
    front.send(Buffer.from(answer.reply), client.port, client.address);
    return;
  }
  asked.set(query.readUInt16BE(0), { key, client });
  server.send(query, Number(port), host);
});

server.on('message', (reply) => {
  const question = asked.get(reply.readUInt16BE(0));
  if (!question) return;
  kept.set(question.key, { reply, until: performance.now() + Number(ms) });
  front.send(Buffer.from(reply), question.client.port, question.client.address);
});

front.bind(0, '127.0.0.1', () => {
  const { address, port: bound } = front.address();
  process.send!({ event: 'ready', endpoints: { dns: `${address}:${bound}` } });
});
