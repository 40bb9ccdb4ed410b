// Damaged queries by the hundred thousand: every reply is judged by two other DNS libraries, and a good query among them is always answered.
// FUZZ_PACKETS and FUZZ_SEED change how many and which.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#libs/time';
import { askTcp, buildQuery, type DnsQuestion } from '../../../test/conformance/dns-client.js';
import { loadSuite } from '../../../test/conformance/suite.js';
import { DnsServer } from '../src/server/server.js';
import { MemoryDirectory, nodeOf } from './memory-directory.js';
import { mutate, Random } from './mutator.js';
import { judge } from './reply-judge.js';
import { ListLog, startResponder } from './responder.js';
import { dnsSettings } from './zone-options.js';

const PACKETS = Number(process.env['FUZZ_PACKETS'] ?? 200_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const SOCKET_PACKETS = 5_000;
const GOOD_EVERY = 50;

/** The queries of the recorded suites, and names of each kind that the directory below knows. */
const QUERIES = ['consul-dns', 'rfc-dns']
  .flatMap((name) => loadSuite<{ query: DnsQuestion }>(name).cases)
  .map(({ query }) => buildQuery({ id: 0x1234, ...query }))
  .concat(
    [1, 150].map((times) => {
      const options = Array.from({ length: times }, (): [number, string] => [8, '00011800c00002']);
      return buildQuery({ name: 'web.service.consul', type: 'SRV', edns: { options, do: true } });
    }),
  );

const GOOD = buildQuery({ name: 'web.service.consul', type: 'A', id: 0x600d, rd: false });

function fill(directory: MemoryDirectory): void {
  const nodes = Array.from({ length: 40 }, (_, i) => ({
    name: `n-web${i}`,
    address: `10.1.1.${i}`,
    meta: { rack: 'r`1' },
  }));
  directory.put('web', ...nodes.map((node) => ({ node, tags: ['v1', 'v1.primary'] })));
  directory.put('inner', { address: 'web.service.consul' });
  directory.put('six', { address: '2001:db8::1' });
  for (const node of nodes) directory.nodes.set(node.name, nodeOf(node));
  directory.addresses.set('10.1.1.1', { node: 'n-web1' });
  directory.servers = [nodeOf()];
}

describe('damaged queries', () => {
  it(`never make a bad reply (${PACKETS} of seed ${SEED})`, () => {
    const random = new Random(SEED);
    const { respond, directory, log } = startResponder();
    fill(directory);
    const bad = new Map<string, string>();
    let slowest = 0;
    for (let i = 0; i < PACKETS; i++) {
      const query = mutate(random.pick(QUERIES), random);
      const transport = random.below(4) === 0 ? 'tcp' : 'udp';
      const began = performance.now();
      const reply = respond(query, transport);
      slowest = Math.max(slowest, performance.now() - began);
      const why = judge(query, reply, transport);
      if (why !== undefined) bad.set(why, query.toString('hex'));
      if (i % GOOD_EVERY === 0) expect(respond(GOOD, 'udp')![7]).toBe(3);
    }
    expect(Object.fromEntries(bad)).toEqual({});
    expect(log.lines).toEqual([]);
    expect(slowest).toBeLessThan(1_000);
  }, 120_000);

  it(`never stop the answers to good ones over sockets (${SOCKET_PACKETS} of seed ${SEED})`, async () => {
    const random = new Random(SEED + 1);
    const directory = new MemoryDirectory();
    fill(directory);
    const log = new ListLog();
    const server = new DnsServer({
      host: '127.0.0.1',
      port: 0,
      settings: dnsSettings(),
      directory,
      clock: systemClock,
      log,
    });
    await server.start();
    const { port } = server.address;
    const socket = createSocket('udp4');
    const goodAnswer = async (id: number) => {
      const query = Buffer.from(GOOD);
      query.writeUInt16BE(id, 0);
      for (;;) {
        const got = once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
        socket.send(query, port, '127.0.0.1');
        const [reply] = (await got) as [Buffer];
        if (reply.readUInt16BE(0) === id && reply.readUInt16BE(6) === 3) return;
      }
    };
    for (let i = 0; i < SOCKET_PACKETS; i++) {
      socket.send(mutate(random.pick(QUERIES), random), port, '127.0.0.1');
      if (i % GOOD_EVERY === 0) await goodAnswer(0x4000 + i);
      if (i % 500 === 0) {
        await askTcp(mutate(random.pick(QUERIES), random), { host: '127.0.0.1', port }, 200);
        expect(await askTcp(GOOD, { host: '127.0.0.1', port }, 5_000)).toBeDefined();
      }
    }
    expect(log.lines).toEqual([]);
    socket.close();
    await server.stop();
  });
});
