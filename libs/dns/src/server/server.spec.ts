import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, FakeClock } from '#libs/testing';
import { MemoryDirectory } from '../../test/memory-directory.js';
import { queryOctets } from '../../test/queries.js';
import { ListLog } from '../../test/responder.js';
import { dnsSettings } from '../../test/zone-options.js';
import { OPTION, RCODE } from '../wire/codes.js';
import { parseMessage, type Message } from '../wire/message.js';
import { Name } from '../wire/name.js';
import type { Option } from '../wire/opt.js';
import { DnsServer } from './server.js';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-limits.js';

const HOST = '127.0.0.1';
const servers: DnsServer[] = [];
const sockets: Socket[] = [];

async function start(
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

async function udpReply(port: number, name: string, options?: readonly Option[]): Promise<Message> {
  const socket = createSocket('udp4');
  socket.send(queryOctets(name, 'A', options && { opt: { options } }), port, HOST);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return parseMessage(reply);
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
    const parts = {
      settings: dnsSettings(),
      directory: new MemoryDirectory(),
      clock: new FakeClock(),
      log: new ListLog(),
    };
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
      return (await udpReply(port, 'web.service.consul')).answers.length;
    };
    expect(await count()).toBe(0);
    directory.put('web', {});
    expect(await count()).toBe(1);
    directory.put('web');
    expect(await count()).toBe(0);
    socket.destroy();
    expect(ids).toEqual([]);
  });

  it('answers by other settings from the next query on, over the same sockets', async () => {
    const { port, server, directory } = await start();
    directory.put('web', {});
    const { socket, ids } = await client(port);
    const ttl = async () => (await udpReply(port, 'web.service.consul')).answers.map((answer) => answer.ttl).join();
    expect(await ttl()).toBe('0');
    server.reconfigure(dnsSettings({ serviceTtl: { web: 7 } }));
    expect(await ttl()).toBe('7');
    server.reconfigure(dnsSettings({ domain: Name.fromText('example')! }));
    expect((await udpReply(port, 'web.service.consul')).rcode).toBe(RCODE.REFUSED);
    expect((await udpReply(port, 'web.service.example')).answers).toHaveLength(1);
    expect(() => server.reconfigure(dnsSettings({}, { allowFrom: ['10.0.0.0/33'] }))).toThrow(RangeError);
    expect((await udpReply(port, 'web.service.example')).answers).toHaveLength(1);
    server.reconfigure(dnsSettings({}, { allowFrom: ['10.0.0.0/8'] }));
    expect((await udpReply(port, 'web.service.consul')).rcode).toBe(RCODE.REFUSED);
    socket.write(frame(5));
    await eventually('the answer', 5_000, () => ids.length === 1);
  });

  it('keeps its cookies when settings change, and has those of a configured secret', async () => {
    const { port, server } = await start();
    const cookie = async () => {
      const { opt } = await udpReply(port, 'consul', [{ code: OPTION.COOKIE, data: Buffer.alloc(8, 1) }]);
      return opt!.options[0]!.data.toString('hex');
    };
    const first = await cookie();
    server.reconfigure(dnsSettings({ nodeTtl: 1 }));
    expect(await cookie()).toBe(first);
    server.reconfigure(dnsSettings({}, { cookieSecret: Buffer.alloc(16, 9) }));
    const second = await cookie();
    expect(second).not.toBe(first);
    const other = await start({}, dnsSettings({}, { cookieSecret: Buffer.alloc(16, 9) }));
    const { opt } = await udpReply(other.port, 'consul', [{ code: OPTION.COOKIE, data: Buffer.alloc(8, 1) }]);
    expect(opt!.options[0]!.data.toString('hex')).toBe(second);
  });

  it('logs the share of queries that it is told to, and no other', async () => {
    const { port, server, directory, log } = await start();
    directory.put('web', {});
    await udpReply(port, 'web.service.consul');
    expect(log.lines).toEqual([]);
    server.reconfigure(dnsSettings({}, { queryLog: 1 }));
    await udpReply(port, 'WEB.service.consul');
    const { socket, ids } = await client(port);
    socket.write(frame(7, 'example.com'));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await eventually('both lines', 5_000, () => log.lines.length === 2);
    expect(log.details).toMatchObject([
      {
        client: HOST,
        proto: 'udp',
        qname: 'WEB.service.consul.',
        qtype: 'A',
        qclass: 'IN',
        flags: 'qr aa',
        rcode: 'NOERROR',
        answers: 1,
      },
      { client: HOST, proto: 'tcp', id: 7, qname: 'example.com.', qtype: 'SRV', rcode: 'REFUSED', flags: 'qr' },
    ]);
    server.reconfigure(dnsSettings());
    await udpReply(port, 'web.service.consul');
    expect(log.lines).toHaveLength(2);
  });

  it('answers at each address of the machine from that address, also when addresses come and go', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.1'];
    const interfaces = () => ({
      lo: addresses.map((address) => ({ address, family: 'IPv4' }) as NetworkInterfaceInfo),
    });
    const { port, clock } = await start({}, dnsSettings(), '0.0.0.0', interfaces);
    const answersAt = async (address: string) => {
      const socket = createSocket('udp4').bind(0, HOST);
      socket.send(queryOctets('consul', 'SOA'), port, address);
      const [, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
      socket.close();
      expect([from.address, from.port]).toEqual([address, port]);
    };
    const isTaken = async (address: string) => {
      const socket = createSocket('udp4').bind(port, address);
      const [error] = await Promise.race([once(socket, 'error') as Promise<[Error]>, once(socket, 'listening')]);
      socket.close();
      return error !== undefined;
    };
    await answersAt('127.0.0.1');
    await answersAt('127.0.0.2');
    expect([await isTaken('127.0.0.2'), await isTaken('127.0.0.3')]).toEqual([true, false]);
    addresses.splice(1, 2, '127.0.0.3');
    await clock.advance(5_000);
    await eventually('the change', 5_000, async () => !(await isTaken('127.0.0.2')) && (await isTaken('127.0.0.3')));
    await answersAt('127.0.0.1');
    await answersAt('127.0.0.3');
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

  it('makes no more answers in one turn of the event loop than fill a batch, however many one client asks for', async () => {
    const { port, directory } = await start();
    directory.put('web', ...Array.from({ length: 700 }, (_, i) => ({ port: i, node: { name: `n${i}` } })));
    const { socket, ids } = await client(port);
    let most = 0;
    let before = 0;
    const look = () => {
      most = Math.max(most, directory.asked - before);
      before = directory.asked;
      if (ids.length < 20) setImmediate(look);
    };
    look();
    // 20 answers of about 40 KB, not so many that the client must read first; two fill a batch.
    socket.write(Buffer.concat(Array.from({ length: 20 }, (_, i) => frame(i))));
    await eventually('all answers', 20_000, () => ids.length === 20);
    expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(4);
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

  it('keeps idle connections for a shorter time when most places are taken', async () => {
    const { port, clock } = await start({ connections: 4, idleTimeout: 10_000, crowdedIdleTimeout: 2_000 });
    const first = await client(port);
    const second = await client(port);
    for (const { socket } of [first, second]) socket.write(frame(1));
    await eventually('both answers', 5_000, () => first.ids.length + second.ids.length === 2);
    await clock.advance(3_000);
    expect(first.socket.destroyed).toBe(false);
    const third = await client(port);
    third.socket.write(frame(2));
    await eventually('the answer', 5_000, () => third.ids.length === 1);
    await clock.advance(500);
    await Promise.all([first.closed, second.closed]);
    expect(third.socket.destroyed).toBe(false);
    await clock.advance(5_000); // it is alone again
    expect(third.socket.destroyed).toBe(false);
  });

  it('gives a new connection time for its first question then too', async () => {
    const { port, clock } = await start({ connections: 1, crowdedIdleTimeout: 2_000 });
    const { socket, ids, closed } = await client(port);
    await clock.advance(1_750);
    socket.write(frame(1));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await clock.advance(2_000);
    await closed;
    expect(ids).toEqual([1]);
  });

  it('counts the connections that are open, and those turned away', async () => {
    const { port, server } = await start({ connections: 1 });
    const { socket, ids } = await client(port);
    socket.write(frame(1));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await (
      await client(port)
    ).closed;
    expect(server.counters.tcp).toEqual({ connections: 1, rejected: 1 });
    expect(server.counters.channels[2]).toMatchObject({ transport: 'tcp', family: 4, requests: { SRV: 1 } });
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
