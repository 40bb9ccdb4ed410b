// What the built programs show on their debug ports, and docs/metrics.md beside it.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { parseExposition, type ParsedFamily } from '../exposition.js';
import { dig, hostAndPort } from './commands.js';

const folder = tempFolder();
const started: TestProgram[] = [];
let resolver: TestProgram;
let registry: string;
let dns: string;
let debug: string;

function startResolver(env: Record<string, string> = {}): TestProgram {
  const program = TestProgram.start('resolver', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_NODE_NAME: 'node1',
    SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, `resolver${started.length}`),
    ...env,
  });
  started.push(program);
  return program;
}

function startBlog(env: Record<string, string> = {}): TestProgram {
  const program = TestProgram.start('blog', {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    ...env,
  });
  started.push(program);
  return program;
}

async function scrape(url = debug, accept?: string): Promise<Map<string, ParsedFamily>> {
  const answer = await fetch(`${url}/metrics`, { headers: accept === undefined ? {} : { accept } });
  expect(answer.status).toBe(200);
  return parseExposition(await answer.text(), accept !== undefined);
}

/** The value of the series `name{labels}`, labels in any order. */
async function value(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const families = [...(await scrape()).values()];
  const samples = families.flatMap(({ samples }) => samples).filter((sample) => sample.name === name);
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return samples.find((sample) => JSON.stringify(Object.entries(sample.labels).sort()) === wanted)?.value;
}

/** The names of a metric's labels, but for the bounds of buckets. */
function labelsOf({ samples }: ParsedFamily): string[] {
  const names = samples.flatMap(({ labels }) => Object.keys(labels));
  return [...new Set(names)].filter((name) => name !== 'le').sort();
}

async function register(id: string, Status: string): Promise<void> {
  const body = { Name: 'web', ID: id, Address: '10.0.0.1', Port: 80, Check: { TTL: '1h', Status } };
  const answer = await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  resolver = startResolver();
  const { endpoints } = await resolver.ready();
  registry = endpoints['registry']!;
  dns = endpoints['dns']!;
  debug = endpoints['debug']!;
  await register('web-1', 'passing');
});

afterAll(async () => {
  for (const program of started) await program.end();
  folder.remove();
});

describe('the resolver', () => {
  it('counts what it answers', async () => {
    const udp = { proto: 'udp', family: '1' };
    expect(await value('signpost_dns_requests_total', { ...udp, type: 'SRV' })).toBeUndefined();
    for (let i = 0; i < 3; i++) await dig(dns, 'web.service.consul', 'SRV', '+dnssec');
    await dig(dns, 'web.service.consul', 'A', '+tcp');
    await dig(dns, 'nobody.service.consul', 'A');
    expect(await value('signpost_dns_requests_total', { ...udp, type: 'SRV' })).toBe(3);
    expect(await value('signpost_dns_requests_total', { proto: 'tcp', family: '1', type: 'A' })).toBe(1);
    expect(await value('signpost_dns_responses_total', { proto: 'udp', rcode: 'NXDOMAIN' })).toBe(1);
    expect(await value('signpost_dns_responses_total', { proto: 'tcp', rcode: 'NOERROR' })).toBe(1);
    expect(await value('signpost_dns_do_requests_total', { proto: 'udp' })).toBe(3);
    expect(await value('signpost_dns_request_size_bytes_count', { proto: 'udp' })).toBe(4);
    expect(await value('signpost_dns_response_size_bytes_bucket', { proto: 'udp', le: '+Inf' })).toBe(4);
    expect(await value('signpost_dns_cache_hits_total')).toBe(2);
    expect(await value('signpost_dns_cache_misses_total')).toBe(3);
    expect(await value('signpost_dns_cache_entries')).toBe(3);
    expect(await value('signpost_dns_panics_total')).toBe(0);
  });

  it('counts what is in the registry, and what it does', async () => {
    await register('web-2', 'critical');
    await register('web-3', 'warning');
    // The registry's own node, service and check are among them.
    expect(await value('signpost_registry_nodes')).toBe(1);
    expect(await value('signpost_registry_services')).toBe(2);
    expect(await value('signpost_registry_instances')).toBe(4);
    for (const [status, count] of Object.entries({ passing: 2, warning: 1, critical: 1 })) {
      expect(await value('signpost_registry_checks', { status })).toBe(count);
    }
    const before = (await value('signpost_registry_commits_total'))!;
    await fetch(`${registry}/v1/agent/check/pass/service:web-2`, { method: 'PUT' });
    expect(await value('signpost_registry_commits_total')).toBe(before + 1);
    expect(await value('signpost_registry_revision')).toBe(before + 1);
    expect(await value('signpost_registry_store_write_duration_seconds_count')).toBe(before + 1);
    expect(await value('signpost_registry_check_runs_total', { type: 'ttl', status: 'passing' })).toBe(1);
  });

  it('counts who waits', async () => {
    const index = String(await value('signpost_registry_revision'));
    const gone = new AbortController();
    const waiting = fetch(`${registry}/v1/catalog/nodes?index=${index}`, { signal: gone.signal }).catch(
      () => undefined,
    );
    const watchers = (count: number) => async () => (await value('signpost_registry_watchers')) === count;
    await eventually('a watcher', 5_000, watchers(1));
    gone.abort();
    await waiting;
    expect(await eventually('no watcher', 5_000, watchers(0))).toBe(true);
  });

  it('knows what the kernel dropped while it was stopped', async () => {
    expect(await value('signpost_dns_udp_receive_drops_total')).toBe(0);
    const { host, port } = hostAndPort(dns);
    const socket = createSocket('udp4');
    resolver.freeze();
    try {
      // More than any buffer that the system grants.
      const datagram = Buffer.alloc(1_000);
      for (let i = 0; i < 20_000; i++) {
        await new Promise((resolve) => socket.send(datagram, Number(port), host, resolve));
      }
    } finally {
      resolver.thaw();
      socket.close();
    }
    expect(await value('signpost_dns_udp_receive_drops_total')).toBeGreaterThan(0);
    expect((await dig(dns, 'web.service.consul', 'A', '+short')).length).toBeGreaterThan(0);
  });

  it('says the same in OpenMetrics to a client that prefers that', async () => {
    const text = await scrape();
    const open = await scrape(debug, 'application/openmetrics-text; version=1.0.0, text/plain; q=0.5');
    const named = [...text.values()].map(({ name, type }) => (type === 'counter' ? name.replace(/_total$/, '') : name));
    expect([...open.keys()]).toEqual(named);
    expect(open.get('signpost_build_info')!.samples).toMatchObject([
      { labels: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) }, value: 1 },
    ]);
  });

  it("shows the same at Consul's path", async () => {
    const answer = await fetch(`${registry}/v1/agent/metrics?format=prometheus`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect([...parseExposition(await answer.text()).keys()]).toEqual([...(await scrape()).keys()]);
  });
});

describe('docs/metrics.md', () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  /** The rows of the tables below the headings. */
  const rowsOf = (...headings: string[]) => {
    const sections = page.split(/^## /m).filter((section) => headings.some((heading) => section.startsWith(heading)));
    return [...sections.join('').matchAll(/^\| `(\w+)` +\| (.*?) +\| /gm)].map(([, name, labels]) => ({
      name: name!,
      labels: labels!.match(/\w+/g) ?? [],
    }));
  };
  const RESOLVER = rowsOf('HTTP', 'DNS', 'Registry', 'Program');
  const BLOG = rowsOf('HTTP', 'Blog', 'Program');

  /** What a program shows: the names of its metrics, and those of their labels, once there are any. */
  async function shown(url: string) {
    const families = await scrape(url);
    // What has not occurred yet has no series.
    const labelled = [...families.values()].filter(({ samples }) => samples.length > 0);
    return { names: [...families.keys()].sort(), labels: new Map(labelled.map((of) => [of.name, labelsOf(of)])) };
  }

  it.each([
    ['a resolver', RESOLVER, () => Promise.resolve(debug)],
    ['a blog', BLOG, async () => startBlogThatWasAsked()],
  ])('has a row for each metric of %s and no other, with its labels', async (_, rows, start) => {
    const { names, labels } = await shown(await start());
    expect(names).toEqual(rows.map(({ name }) => name).sort());
    expect(labels.size).toBeGreaterThan(30);
    const seen = rows.filter(({ name }) => labels.has(name));
    expect(seen.map(({ name }) => [name, labels.get(name)])).toEqual(
      seen.map(({ name, labels }) => [name, [...labels].sort()]),
    );
  });
});

/** The debug port of a blog to which somebody tried to log in. */
async function startBlogThatWasAsked(): Promise<string> {
  const { endpoints } = await startBlog().ready();
  await fetch(`${endpoints['blog']}/auth`);
  return endpoints['debug']!;
}

describe('a debug port that cannot be had', () => {
  it.each([
    ['resolver', startResolver, 'SIGNPOST_DEBUG_RESOLVER_PORT', '[debug] resolver_port'],
    ['blog', startBlog, 'SIGNPOST_DEBUG_PORT', '[debug] port'],
  ] as const)('costs the %s its metrics, not its start', async (name, start, variable, setting) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const port = String((holder.address() as AddressInfo).port);
    const program = start({ [variable]: port });
    const { endpoints } = await program.ready();
    holder.close();
    expect(endpoints).not.toHaveProperty('debug');
    expect((await fetch(`${endpoints[name === 'blog' ? 'blog' : 'registry']}/readyz`)).status).toBe(200);
    const lines = () => program.stdout.split('\n').filter((line) => line !== '');
    await eventually('two lines', 5_000, () => lines().length >= 2);
    const [first, warning] = lines().map((line) => JSON.parse(line) as object);
    expect(first).toMatchObject({ msg: 'serving' });
    expect(warning).toMatchObject({
      level: 40,
      msg: `no metrics are served: port ${port} is in use by another program: set ${setting} or ${variable} to another one`,
    });
  });
});

describe('a program of two workers', () => {
  it('shows what both have counted together, and what is in the registry once', async () => {
    const program = startResolver({ SIGNPOST_RESOLVER_WORKERS: '2', SIGNPOST_DEBUG_RESOLVER_PORT: '0' });
    const { endpoints } = await program.ready();
    await eventually('both workers', 10_000, () => program.workers.length === 2);
    for (let n = 0; n < 40; n++) await dig(endpoints['dns']!, 'node1.node.consul', 'A');
    const sample = (families: Map<string, ParsedFamily>, name: string) =>
      [...families.values()].flatMap(({ samples }) => samples).filter((one) => one.name === name);
    for (let scrapes = 0; scrapes < 5; scrapes++) {
      // Each on a connection of its own: whichever worker takes it.
      const answer = await fetch(`${endpoints['debug']}/metrics`, { headers: { connection: 'close' } });
      const families = parseExposition(await answer.text(), false);
      const asked = sample(families, 'signpost_dns_requests_total').map(({ value }) => value);
      expect(asked.reduce((sum, value) => sum + value, 0)).toBe(40);
      expect(sample(families, 'signpost_registry_nodes').map(({ value }) => value)).toEqual([1]);
      expect(sample(families, 'signpost_build_info').map(({ value }) => value)).toEqual([1]);
      expect(sample(families, 'signpost_workers').map(({ value }) => value)).toEqual([2, 0]);
    }
  });
});
