import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, FakeClock } from '#libs/testing';
import { MemoryDirectory } from '../../test/memory-directory.js';
import { queryOctets } from '../../test/queries.js';
import { ListLog } from '../../test/responder.js';
import { zoneOptions } from '../../test/zone-options.js';
import { parseMessage } from '../wire/message.js';
import { DnsServer } from './server.js';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-limits.js';

const HOST = '127.0.0.1';
const servers: DnsServer[] = [];
const sockets: Socket[] = [];

async function start(tcpLimits: Partial<TcpLimits> = {}) {
  const directory = new MemoryDirectory();
  const clock = new FakeClock();
  const log = new ListLog();
  const server = new DnsServer({ host: HOST, port: 0, zone: zoneOptions(), directory, clock, log, tcpLimits });
  await server.start();
  servers.push(server);
  return { server, directory, clock, log, port: server.address.port };
}

/** A connected client that collects the IDs of the messages it gets. */
async function client(port: number) {
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

function frame(id: number, name = 'web.service.consul'): Buffer {
  const message = queryOctets(name, 'SRV', { id });
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
}

async function askUdp(port: number, id: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.send(queryOctets('web.service.consul', 'SRV', { id }), port, HOST);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return parseMessage(reply).id;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

describe('DnsServer', () => {
  it('answers over UDP and TCP on one port', async () => {
    const { port } = await start();
    expect(await askUdp(port, 77)).toBe(77);
    const { socket, ids } = await client(port);
    socket.write(frame(78));
    await eventually('the answer', 5_000, () => ids.length === 1);
    expect(ids).toEqual([78]);
  });

  it('answers the next datagram after empty ones, garbage and replies', async () => {
    const { port, log } = await start();
    const socket = createSocket('udp4');
    for (const octets of ['', '00', 'ff'.repeat(12), '0001800000010000000000000000010001', 'ff'.repeat(1_400)]) {
      socket.send(Buffer.from(octets, 'hex'), port, HOST);
    }
    expect(await askUdp(port, 5)).toBe(5);
    expect(log.lines).toEqual([]);
    socket.close();
  });

  it.each(['tcp', 'udp'])('rejects with EADDRINUSE when the port is taken by %s, and holds nothing', async (by) => {
    const tcp = createServer().listen(0, HOST);
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const udp = createSocket('udp4').bind(port, HOST);
    await once(udp, 'listening');
    const [free, taken] = by === 'udp' ? [tcp, udp] : [udp, tcp];
    await new Promise<void>((resolve) => void free.close(() => resolve()));
    const parts = { zone: zoneOptions(), directory: new MemoryDirectory(), clock: new FakeClock(), log: new ListLog() };
    const server = new DnsServer({ host: HOST, port, ...parts });
    await expect(server.start()).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    await new Promise<void>((resolve) => void taken.close(() => resolve()));
    await server.start();
    await server.stop();
  });

  it('shows a change in the next answer', async () => {
    const { port, directory } = await start();
    const { socket, ids } = await client(port);
    const count = async () => {
      const udp = createSocket('udp4');
      udp.send(queryOctets('web.service.consul', 'A'), port, HOST);
      const [reply] = (await once(udp, 'message')) as [Buffer];
      udp.close();
      return parseMessage(reply).answers.length;
    };
    expect(await count()).toBe(0);
    directory.put('web', {});
    expect(await count()).toBe(1);
    directory.put('web');
    expect(await count()).toBe(0);
    socket.destroy();
    expect(ids).toEqual([]);
  });

  it('stops twice without harm', async () => {
    const { server } = await start();
    await server.stop();
    await expect(server.stop()).resolves.toBeUndefined();
  });
});

describe('TCP', () => {
  it('takes messages however they are cut, and answers a thousand in one write', async () => {
    const { port } = await start();
    const { socket, ids } = await client(port);
    socket.setNoDelay(true);
    for (const octet of frame(1)) {
      socket.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.write(Buffer.concat(Array.from({ length: 1_000 }, (_, i) => frame(1_000 + i))));
    await eventually('all answers', 10_000, () => ids.length === 1_001);
    expect([ids[0], ids[1], ids[1_000]]).toEqual([1, 1_000, 1_999]);
  });

  it.each([
    ['a reply', '000c0001800000000000000000000'],
    ['a message of no octets', '0000'],
    ['a message of eleven octets', `000b${'00'.repeat(11)}`],
  ])('closes the connection on %s', async (_, octets) => {
    const { port } = await start();
    const { socket, ids, closed } = await client(port);
    socket.write(Buffer.from(octets.padEnd(octets.length + (octets.length % 2), '0'), 'hex'));
    await closed;
    expect(ids).toEqual([]);
    expect(await askUdp(port, 1)).toBe(1);
  });

  it('answers what came before something that is no query', async () => {
    const { port } = await start();
    const { socket, ids, closed } = await client(port);
    socket.write(Buffer.concat([frame(1), Buffer.from('0000', 'hex'), frame(2)]));
    await closed;
    expect(ids).toEqual([1]);
  });

  it('survives a message of 65535 octets of garbage', async () => {
    const { port } = await start();
    const { socket, ids } = await client(port);
    socket.write(Buffer.concat([Buffer.from('ffff', 'hex'), Buffer.alloc(65_535, 0x01), frame(3)]));
    await eventually('both answers', 5_000, () => ids.length === 2);
    expect(ids).toEqual([0x0101, 3]);
  });

  it('still answers a client that has half-closed', async () => {
    const { port } = await start();
    const { socket, ids, closed } = await client(port);
    socket.end(Buffer.concat([frame(1), frame(2)]));
    await closed;
    expect(ids).toEqual([1, 2]);
  });

  it('closes a connection that is silent, idle or too slow with one message', async () => {
    const { port, clock } = await start({ messageTimeout: 1_000, idleTimeout: 3_000 });
    const silent = await client(port);
    const slow = await client(port);
    const idle = await client(port);
    slow.socket.write(frame(1).subarray(0, 20));
    idle.socket.write(frame(2));
    await eventually('the answer', 5_000, () => idle.ids.length === 1);
    await clock.advance(1_500);
    await Promise.all([silent.closed, slow.closed]);
    expect(idle.socket.destroyed).toBe(false);
    await clock.advance(2_000);
    await idle.closed;
  });

  it('makes no more answers for a client that does not read, and closes it in the end', async () => {
    const { port, clock, directory } = await start();
    directory.put('web', ...Array.from({ length: 700 }, (_, i) => ({ port: i, node: { name: `n${i}` } })));
    const { socket, closed } = await client(port);
    socket.pause();
    // 4,000 questions of 38 octets ask for 100 MB of answers.
    socket.write(Buffer.concat(Array.from({ length: 4_000 }, (_, i) => frame(i))));
    const settled = await eventually('the server to stop answering', 20_000, async () => {
      const before = directory.asked;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before > 0 && before === directory.asked && before;
    });
    expect(settled).toBeLessThan(1_000);
    await clock.advance(DEFAULT_TCP_LIMITS.writeTimeout + 1_000);
    socket.resume();
    await closed;
    expect(await askUdp(port, 1)).toBe(1);
  });

  it('caps the connections of one address, and takes a new one when one has gone', async () => {
    const { port } = await start({ connectionsPerAddress: 2 });
    const first = await client(port);
    await client(port);
    const third = await client(port);
    await third.closed;
    expect(await askUdp(port, 1)).toBe(1);
    first.socket.end();
    await first.closed;
    const next = await eventually('a free place', 5_000, async () => {
      const candidate = await client(port);
      candidate.socket.write(frame(9));
      await Promise.race([candidate.closed, once(candidate.socket, 'data')]);
      return candidate.ids.length === 1 && candidate;
    });
    expect(next.ids).toEqual([9]);
  });

  it('caps the connections in all', async () => {
    const { port } = await start({ connections: 1 });
    await client(port);
    const second = await client(port);
    second.socket.write(frame(1));
    await second.closed;
    expect(second.ids).toEqual([]);
  });

  it('drains: open connections end after their answers, nobody else is let in, and UDP goes on', async () => {
    const { port, server } = await start();
    const { socket, ids, closed } = await client(port);
    socket.write(frame(4));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await Promise.all([server.drain(), closed]);
    const late = connect(port, HOST);
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await askUdp(port, 6)).toBe(6);
  });
});
