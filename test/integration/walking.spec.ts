// Both built programs as child processes, driven as their users drive them: dig, fetch and the consul client from npm.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { join } from 'node:path';
import Consul from 'consul';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestProgram, tempFolder } from '#libs/testing';
import { dig, digSrv, hostAndPort } from './commands.js';

const CHECK_TTL_MS = 2_000;
const PASSWORD = 'correct horse battery staple';

const folder = tempFolder();
let resolver: TestProgram;
let blog: TestProgram;
let registry: string;
let dns: string;
let api: string;

function startResolver(ports = { http: '0', dns: '0' }): TestProgram {
  return TestProgram.start('resolver', {
    SIGNPOST_RESOLVER_HTTP_PORT: ports.http,
    SIGNPOST_RESOLVER_DNS_PORT: ports.dns,
    SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
    SIGNPOST_RESOLVER_NODE_NAME: 'node1',
  });
}

function startBlog(port = '0'): TestProgram {
  return TestProgram.start('blog', {
    SIGNPOST_BLOG_HTTP_PORT: port,
    SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
    SIGNPOST_BLOG_REGISTRY_URL: registry,
    SIGNPOST_BLOG_CHECK_TTL: `${CHECK_TTL_MS}ms`,
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog', 'blog.sqlite')}`,
    SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
  });
}

function inDns(): Promise<unknown> {
  return eventually('the blog in DNS', 10_000, async () => (await digSrv(dns, 'user.service.consul')).length === 1);
}

async function token(): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  const answer = await fetch(`${api}/auth`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
  return fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

beforeAll(async () => {
  resolver = startResolver();
  const ready = await resolver.ready();
  registry = ready.endpoints['registry']!;
  dns = ready.endpoints['dns']!;
  blog = startBlog();
  api = (await blog.ready()).endpoints['blog']!;
  await inDns();
});

afterAll(async () => {
  await blog?.end();
  await resolver?.end();
  folder.remove();
});

describe('the blog in the registry', () => {
  it('is answered with its port and an address that connects', async () => {
    const [answer] = await digSrv(dns, 'user.service.consul');
    expect(answer!.port).toBe(hostAndPort(api).port);
    expect((await fetch(`http://${answer!.ip}:${answer!.port}/readyz`)).status).toBe(200);
  });

  it('is found by every spelling, over UDP and TCP', async () => {
    const [plain] = await digSrv(dns, 'blog.service.consul');
    expect(await digSrv(dns, '_blog._tcp.service.consul')).toEqual([plain]);
    // A target keeps the letters that the question spelt the zone with.
    const [upper] = await digSrv(dns, 'BLOG.Service.CONSUL', '+tcp');
    expect(upper).toEqual({ ...plain, target: plain!.target!.replace('consul', 'CONSUL') });
    expect(await dig(dns, plain!.target!, 'A', '+short')).toEqual(['127.0.0.1']);
    expect(await dig(dns, 'blog.service.consul', 'A', '+short')).toEqual(['127.0.0.1']);
    expect(await dig(dns, 'node1.node.consul', 'A', '+short')).toEqual(['127.0.0.1']);
  });

  it.each([
    ['nobody.service.consul', 'A', 'status: NXDOMAIN'],
    ['blog.service.consul', 'AAAA', 'status: NOERROR'],
    ['example.com', 'A', 'status: REFUSED'],
  ])('answers %s %s with %s', async (name, type, status) => {
    const lines = await dig(dns, name, type);
    expect(lines.join('\n')).toContain(status);
    expect(lines.some((line) => /\sSOA\s/.test(line))).toBe(!status.includes('REFUSED'));
  });

  it('is listed among the passing instances', async () => {
    const answer = await fetch(`${registry}/v1/health/service/blog?passing`);
    const entries = (await answer.json()) as { Service: { Port: number }; Checks: { Status: string }[] }[];
    expect(entries.map(({ Service }) => String(Service.Port))).toEqual([hostAndPort(api).port]);
    expect(answer.headers.get('x-consul-index')).toMatch(/^[1-9]\d*$/);
  });
});

describe('the consul client from npm', () => {
  it('registers, lists, checks and deregisters a service unchanged', async () => {
    const { host, port } = hostAndPort(registry.replace('http://', ''));
    const consul = new Consul({ host, port: Number(port) });
    await consul.agent.service.register({
      name: 'web',
      id: 'web-1',
      address: '10.1.2.3',
      port: 80,
      check: { name: 'alive', ttl: '30s', timeout: '1s' },
    });
    expect(await digSrv(dns, 'web.service.consul')).toEqual([]);
    await consul.agent.check.pass('service:web-1');
    expect(await digSrv(dns, 'web.service.consul')).toMatchObject([{ port: '80', ip: '10.1.2.3' }]);
    expect(await consul.agent.service.list()).toHaveProperty('web-1');
    expect(await consul.status.leader()).toMatch(/:\d+$/);
    await consul.agent.service.deregister('web-1');
    expect(await digSrv(dns, 'web.service.consul')).toEqual([]);
  });
});

describe('articles', () => {
  it('are created and read', async () => {
    const tag = await post('/api/v1/tags', { name: 'go' });
    expect(tag.status).toBe(201);
    const { id } = (await tag.json()) as { id: number };
    const created = await post('/api/v1/articles', { tag_id: id, title: 'On names', content: 'Say what it is.' });
    expect(created.status).toBe(201);
    const read = await fetch(new URL(created.headers.get('location')!, api));
    expect(await read.json()).toMatchObject({ title: 'On names', content: 'Say what it is.', tag: { name: 'go' } });
    const list = (await (await fetch(`${api}/api/v1/articles`)).json()) as { total: number };
    expect(list.total).toBe(1);
  });
});

describe('bad input', () => {
  it.each([
    ['{"Port": 1}', 'Missing service name'],
    ['{"Name": "x", "Colour": "red"}', 'Request decode failed: json: unknown field "Colour"'],
    ['{"Name": "x", "Address": "0.0.0.0"}', 'Invalid service address'],
    ['', 'Request decode failed: EOF'],
  ])('a registration of %s is refused in words of Consul', async (body, message) => {
    const answer = await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body });
    expect([answer.status, await answer.text()]).toEqual([400, message]);
  });

  it('an article without a title gets a problem that names the field', async () => {
    const answer = await post('/api/v1/articles', { tag_id: 1, content: 'x' });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/title']);
  });

  it('a write without a token is refused', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${api}/api/v1/tags`, { method: 'POST', headers, body: '{"name":"x"}' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('garbage in a datagram and on a connection leaves the next question answered', async () => {
    const { host, port } = hostAndPort(dns);
    const socket = createSocket('udp4');
    for (const garbage of ['', '\0', 'GET / HTTP/1.1\r\n\r\n', '\xff'.repeat(600)]) {
      await new Promise((resolve) => socket.send(Buffer.from(garbage, 'latin1'), Number(port), host, resolve));
    }
    socket.close();
    connect(Number(port), host).end(Buffer.from('\x00\x0cgarbage!'));
    expect(await digSrv(dns, 'user.service.consul')).toHaveLength(1);
    expect(await digSrv(dns, 'user.service.consul', '+tcp')).toHaveLength(1);
  });
});

// Last, as they take the programs down.
describe('faults', () => {
  it('a killed blog leaves DNS when its check runs out, and is back when started again', async () => {
    await blog.end('SIGKILL');
    await eventually('NXDOMAIN', CHECK_TTL_MS + 10_000, async () => {
      return (await dig(dns, 'user.service.consul', 'SRV')).some((line) => line.includes('status: NXDOMAIN'));
    });
    blog = startBlog(hostAndPort(api).port);
    await blog.ready();
    await inDns();
    expect(await digSrv(dns, 'user.service.consul')).toHaveLength(1);
    const list = (await (await fetch(`${api}/api/v1/articles`)).json()) as { total: number };
    expect(list.total).toBe(1);
  });

  it('a killed resolver answers from its store at once when started again', async () => {
    // The blog is frozen, so that what is answered cannot come from a new registration.
    blog.freeze();
    try {
      await resolver.end('SIGKILL');
      resolver = startResolver({ http: hostAndPort(registry).port, dns: hostAndPort(dns).port });
      await resolver.ready();
      expect(await digSrv(dns, 'user.service.consul')).toHaveLength(1);
    } finally {
      blog.thaw();
    }
    await inDns();
  });

  it('a stopped blog is deregistered, and both end with exit code 0 and no stack trace', async () => {
    expect(await blog.end('SIGTERM')).toEqual({ code: 0, signal: null });
    const services = await (await fetch(`${registry}/v1/catalog/services`)).json();
    expect(services).toEqual({ consul: [] });
    expect(await resolver.end('SIGINT')).toEqual({ code: 0, signal: null });
    // In JSON lines a stack stands in one line.
    expect(`${blog.output}${resolver.output}`).not.toMatch(/\n\s+at |"stack"/);
  });
});
