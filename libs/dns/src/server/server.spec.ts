import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, FakeClock } from '#libs/testing';
import { askUdp, client, frame, HOST, startServer, stopServers } from '../../test/dns-server.js';
import { MemoryDirectory } from '../../test/memory-directory.js';
import { queryOctets } from '../../test/queries.js';
import { ListLog } from '../../test/responder.js';
import { dnsSettings } from '../../test/zone-options.js';
import { OPTION, RCODE } from '../wire/codes.js';
import { parseMessage, type Message } from '../wire/message.js';
import { Name } from '../wire/name.js';
import type { Option } from '../wire/opt.js';
import { DnsServer } from './server.js';

async function udpReply(port: number, name: string, options?: readonly Option[]): Promise<Message> {
  const socket = createSocket('udp4');
  socket.send(queryOctets(name, 'A', options && { opt: { options } }), port, HOST);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return parseMessage(reply);
}

afterEach(stopServers);

describe('DnsServer', () => {
  it('answers over UDP and TCP on one port', async () => {
    const { port } = await startServer();
    expect(await askUdp(port, 77)).toBe(77);
    const { socket, ids } = await client(port);
    socket.write(frame(78));
    await eventually('the answer', 5_000, () => ids.length === 1);
    expect(ids).toEqual([78]);
  });

  it('answers the next datagram after empty ones, garbage and replies', async () => {
    const { port, log } = await startServer();
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
    const { port, directory } = await startServer();
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
    const { port, server, directory } = await startServer();
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
    const { port, server } = await startServer();
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
    const other = await startServer({}, dnsSettings({}, { cookieSecret: Buffer.alloc(16, 9) }));
    const { opt } = await udpReply(other.port, 'consul', [{ code: OPTION.COOKIE, data: Buffer.alloc(8, 1) }]);
    expect(opt!.options[0]!.data.toString('hex')).toBe(second);
  });

  it('logs the share of queries that it is told to, and no other', async () => {
    const { port, server, directory, log } = await startServer();
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
    const { port, clock } = await startServer({}, dnsSettings(), '0.0.0.0', interfaces);
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
    const { server } = await startServer();
    await server.stop();
    await expect(server.stop()).resolves.toBeUndefined();
  });
});
