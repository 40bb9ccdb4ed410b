// What stands between clients and this server: a strict recursive resolver, and another vendor's client.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUnbound, TestProgram, tempFolder, type Unbound } from '#libs/testing';
import { dig, digSrv, hostAndPort } from './commands.js';

const run = promisify(execFile);
const folder = tempFolder();
let resolver: TestProgram;
let unbound: Unbound;
let registry: string;
let dns: string;

beforeAll(async () => {
  resolver = TestProgram.start('resolver', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: folder.path,
    SIGNPOST_RESOLVER_NODE_NAME: 'node1',
  });
  const { endpoints } = await resolver.ready();
  registry = endpoints['registry']!;
  dns = endpoints['dns']!;
  unbound = await startUnbound('consul', dns);
  for (const i of [1, 2, 3]) {
    const body = JSON.stringify({ Name: 'web', ID: `web-${i}`, Address: `10.0.0.${i}`, Port: 8000 + i, Tags: ['v1'] });
    await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body });
  }
});

afterAll(async () => {
  await unbound?.stop();
  await resolver?.end();
  folder.remove();
});

describe('unbound, which asks label by label in letters of random case', () => {
  it('finds a service, whose name has empty ones above it', async () => {
    expect((await dig(unbound.address, 'web.service.consul', 'A', '+short')).sort()).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
    ]);
  });

  it.each(['_web._tcp.service.consul', 'v1.web.service.dc1.consul'])('finds the instances of %s', async (name) => {
    const ports = (await digSrv(unbound.address, name)).map(({ port }) => port);
    expect(ports.sort()).toEqual(['8001', '8002', '8003']);
  });

  it('finds the targets of SRV records', async () => {
    expect(await dig(unbound.address, '0a000001.addr.dc1.consul', 'A', '+short')).toEqual(['10.0.0.1']);
    expect(await dig(unbound.address, 'node1.node.consul', 'A', '+short')).toEqual(['127.0.0.1']);
  });

  it('passes on that a service is not there', async () => {
    expect((await dig(unbound.address, 'nobody.service.consul', 'A')).join('\n')).toContain('status: NXDOMAIN');
  });
});

describe('kdig', () => {
  it.each(['+notcp', '+tcp'])('reads the answers with %s', async (transport) => {
    const { host, port } = hostAndPort(dns);
    const { stdout } = await run('kdig', [`@${host}`, '-p', port, transport, '+edns', 'web.service.consul', 'SRV']);
    expect(stdout).toContain('status: NOERROR');
    expect(stdout.match(/\sSRV\s+1 1 800[123] 0a00000[123]\.addr\.dc1\.consul\./g)).toHaveLength(3);
    expect(stdout).not.toMatch(/WARNING|malformed/i);
  });
});

describe('dig', () => {
  it('gets a good cookie back, and one each time that it sends that', async () => {
    const cookie = async (...args: string[]) =>
      /; COOKIE: ([0-9a-f]{48}) \(good\)/.exec((await dig(dns, 'web.service.consul', 'SRV', ...args)).join('\n'))?.[1];
    const first = await cookie();
    expect(first).toBeDefined();
    expect((await cookie(`+cookie=${first!.slice(0, 16)}`))!.slice(0, 16)).toBe(first!.slice(0, 16));
    expect((await cookie(`+cookie=${first}`))!.slice(0, 16)).toBe(first!.slice(0, 16));
  });

  it('is told how long its TCP connection is kept', async () => {
    const lines = await dig(dns, 'web.service.consul', 'SRV', '+tcp', '+keepalive');
    expect(lines).toContain('; TCP KEEPALIVE: 10.0 secs');
  });

  it('is told why it is refused', async () => {
    expect((await dig(dns, 'example.com', 'A')).join('\n')).toMatch(/REFUSED[^]*EDE: 20 \(Not Authoritative\)/);
  });
});
