import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { FakeClock } from '#libs/testing';
import { DnsServer } from '../src/server/server.js';
import type { TcpLimits } from '../src/server/tcp-limits.js';
import { parseMessage } from '../src/wire/message.js';
import { MemoryDirectory } from './memory-directory.js';
import { queryOctets } from './queries.js';
import { ListLog } from './responder.js';
import { dnsSettings } from './zone-options.js';

/** Where the servers of tests listen. */
export const HOST = '127.0.0.1';
const servers: DnsServer[] = [];
const sockets: Socket[] = [];

/** Starts a server over an empty directory, on a free port. */
export async function startServer(
  tcpLimits: Partial<TcpLimits> = {},
  settings = dnsSettings(),
  host = HOST,
  interfaces = networkInterfaces,
) {
  const directory = new MemoryDirectory();
  const clock = new FakeClock();
  const log = new ListLog();
  const server = new DnsServer({ host, port: 0, settings, directory, clock, log, tcpLimits, interfaces });
  await server.start();
  servers.push(server);
  return { server, directory, clock, log, port: server.address.port };
}

/** A connected client that collects the IDs of the messages it gets. */
export async function client(port: number) {
  const socket = connect({ port, host: HOST, allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  const ids: number[] = [];
  let got: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
      ids.push(parseMessage(got.subarray(2, 2 + got.readUInt16BE(0))).id);
      got = got.subarray(2 + got.readUInt16BE(0));
    }
  });
  socket.on('end', () => socket.end());
  return { socket, ids, closed };
}

/** A question for SRV with its length in front. */
export function frame(id: number, name = 'web.service.consul'): Buffer {
  const message = queryOctets(name, 'SRV', { id });
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
}

/** The ID of the reply to a question over UDP. */
export async function askUdp(port: number, id: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.send(queryOctets('web.service.consul', 'SRV', { id }), port, HOST);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return parseMessage(reply).id;
}

/** Closes what `startServer` and `client` opened. */
export async function stopServers(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
}
