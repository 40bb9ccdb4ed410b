import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { askUdp, client, frame, HOST, startServer, stopServers } from '../../test/dns-server.js';
import { queryOctets } from '../../test/queries.js';
import { dnsSettings } from '../../test/zone-options.js';
import { OPTION } from '../wire/codes.js';
import { parseMessage } from '../wire/message.js';
import { DEFAULT_TCP_LIMITS } from './tcp-limits.js';

afterEach(stopServers);

describe('TCP', () => {
  it('takes messages however they are cut, and answers a thousand in one write', async () => {
    const { port } = await startServer();
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
    const { port } = await startServer();
    const { socket, ids, closed } = await client(port);
    socket.write(Buffer.from(octets.padEnd(octets.length + (octets.length % 2), '0'), 'hex'));
    await closed;
    expect(ids).toEqual([]);
    expect(await askUdp(port, 1)).toBe(1);
  });

  it('answers what came before something that is no query', async () => {
    const { port } = await startServer();
    const { socket, ids, closed } = await client(port);
    socket.write(Buffer.concat([frame(1), Buffer.from('0000', 'hex'), frame(2)]));
    await closed;
    expect(ids).toEqual([1]);
  });

  it('survives a message of 65535 octets of garbage', async () => {
    const { port } = await startServer();
    const { socket, ids } = await client(port);
    socket.write(Buffer.concat([Buffer.from('ffff', 'hex'), Buffer.alloc(65_535, 0x01), frame(3)]));
    await eventually('both answers', 5_000, () => ids.length === 2);
    expect(ids).toEqual([0x0101, 3]);
  });

  it('still answers a client that has half-closed', async () => {
    const { port } = await startServer();
    const { socket, ids, closed } = await client(port);
    socket.end(Buffer.concat([frame(1), frame(2)]));
    await closed;
    expect(ids).toEqual([1, 2]);
  });

  it('closes a connection that is silent, idle or too slow with one message', async () => {
    const { port, clock } = await startServer({ messageTimeout: 1_000, idleTimeout: 3_000 });
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
    const { port, clock, directory } = await startServer();
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
    const { port, directory } = await startServer();
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
    const { port } = await startServer({ connectionsPerAddress: 2 });
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

  it('reads what came while the process was held up before it calls a client late', async () => {
    const { port, clock } = await startServer();
    const { socket, ids } = await client(port);
    socket.write(frame(1));
    await once(socket, 'data');
    // Written at once, and not read before the timers fire: this is still the phase of the event loop in which sockets are.
    socket.write(frame(2));
    await clock.stall(DEFAULT_TCP_LIMITS.idleTimeout + 1_000);
    await eventually('the answer', 5_000, () => ids.length === 2);
    expect(ids).toEqual([1, 2]);
  });

  it('keeps idle connections for a shorter time when most places are taken', async () => {
    const { port, clock } = await startServer({ connections: 4, idleTimeout: 10_000, crowdedIdleTimeout: 2_000 });
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
    const { port, clock } = await startServer({ connections: 1, crowdedIdleTimeout: 2_000 });
    const { socket, ids, closed } = await client(port);
    await clock.advance(1_750);
    socket.write(frame(1));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await clock.advance(2_000);
    await closed;
    expect(ids).toEqual([1]);
  });

  it('counts the connections that are open, and those turned away', async () => {
    const { port, server } = await startServer({ connections: 1 });
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
    const { port } = await startServer({ connections: 1 });
    await client(port);
    const second = await client(port);
    second.socket.write(frame(1));
    await second.closed;
    expect(second.ids).toEqual([]);
  });

  it('drains: open connections end after their answers, nobody else is let in, and UDP goes on', async () => {
    const { port, server } = await startServer();
    const { socket, ids, closed } = await client(port);
    socket.write(frame(4));
    await eventually('the answer', 5_000, () => ids.length === 1);
    await Promise.all([server.drain(), closed]);
    const late = connect(port, HOST);
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await askUdp(port, 6)).toBe(6);
  });

  it('hands over: clients go after the idle time, with an answer if they ask, and lose no question', async () => {
    const { port, server, clock } = await startServer();
    const [busy, idle] = [await client(port), await client(port)];
    for (const { socket, ids } of [busy, idle]) {
      socket.write(frame(1));
      await eventually('the answer', 5_000, () => ids.length === 1);
    }
    const gone = server.handOver();
    await clock.advance(DEFAULT_TCP_LIMITS.idleTimeout - 1_000);
    busy.socket.write(frame(2));
    await eventually('the second answer', 5_000, () => busy.ids.length === 2);
    await clock.advance(1_500);
    await idle.closed;
    busy.socket.write(Buffer.concat([frame(3), frame(4)]));
    await Promise.all([busy.closed, gone]);
    expect([busy.ids, idle.ids]).toEqual([[1, 2, 3, 4], [1]]);
  });

  it('hands over: clients who ask by edns-tcp-keepalive are told to close, also when settings change after that', async () => {
    const { port, server } = await startServer();
    const { socket, closed } = await client(port);
    const timeout = async () => {
      const options = [{ code: OPTION.TCP_KEEPALIVE, data: Buffer.alloc(0) }];
      const query = queryOctets('consul', 'SOA', { opt: { options } });
      socket.write(Buffer.concat([Buffer.from([0, query.length]), query]));
      const [reply] = (await once(socket, 'data')) as [Buffer];
      return parseMessage(reply.subarray(2)).opt!.options[0]!.data.readUInt16BE();
    };
    expect(await timeout()).toBe(DEFAULT_TCP_LIMITS.idleTimeout / 100);
    const gone = server.handOver();
    expect(await timeout()).toBe(0);
    server.reconfigure(dnsSettings({ nodeTtl: 1 }));
    expect(await timeout()).toBe(0);
    socket.end();
    await Promise.all([closed, gone]);
  });
});
