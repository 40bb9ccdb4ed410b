// What a recorded Consul and the RFCs answer, asked of the resolver: its registry filled through the HTTP API, its DNS over sockets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestResolver, type TestResolver } from '../resolver.js';
import { askTcp, askUdp, buildQuery, type DnsAddress, type DnsQuestion } from './dns-client.js';
import { readReply } from './dns-reply.js';
import { difference } from './expectation.js';
import { loadSuite, setUp } from './suite.js';

interface DnsCase {
  readonly id: string;
  readonly query: DnsQuestion & { /** Milliseconds to wait for a reply. */ readonly ms?: number };
  readonly transport?: 'tcp';
  readonly expect: unknown;
}

const REPLY_WITHIN_MS = 1_500;

describe.each(['consul-dns', 'rfc-dns'])('%s', (name) => {
  const { setup, cases } = loadSuite<DnsCase>(name);
  let resolver: TestResolver;
  let dns: DnsAddress;

  beforeAll(async () => {
    resolver = await startTestResolver();
    const [host, port] = resolver.dns.split(':');
    dns = { host: host!, port: Number(port) };
    await setUp(resolver.registry, setup);
  });

  afterAll(() => resolver?.stop());

  it.each(cases.map((one) => [one.id, one] as const))('%s', async (_, { query, transport, expect: expected }) => {
    const ask = transport === 'tcp' ? askTcp : askUdp;
    const reply = readReply(await ask(buildQuery(query), dns, query.ms ?? REPLY_WITHIN_MS));
    expect(difference(expected, reply)).toBeUndefined();
  });
});
