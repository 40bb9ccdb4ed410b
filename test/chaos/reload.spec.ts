// Reloads under load, at random and with new versions that do not work: no client that tries nothing twice may notice.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { hostAndPort } from '../integration/commands.js';
import { keptTcpClient, restingTcpClient, tcpClient, udpClient } from './reload/dns-clients.js';
import {
  creator,
  lateSpeaker,
  reader,
  send,
  slowReader,
  slowUploader,
  waiter,
  type HttpLoad,
} from './reload/http-clients.js';
import { KEEP_ALIVE, Subject } from './reload/subject.js';
import { Tally } from './reload/tally.js';
import { drainCarelessly, leaveDnsCarelessly, TROUBLES, type Trouble } from './reload/troubles.js';

/** Given by `make chaos`, for four times as many processes to be killed elsewhere. */
const ASKED = process.env.CHAOS_ROUNDS;
const RELOADS = ASKED ? Math.ceil(Number(ASKED) / 4) : 4;
const TIMEOUT = 240_000 + RELOADS * 20_000;
/** Of the primary, in octets. */
const MOST_MEMORY = 60_000_000;

let subject: Subject;
let stop: AbortController;
afterEach(async () => {
  stop?.abort();
  await subject?.stop();
});

/** Clients at work, and the way to stop them. */
interface Load {
  readonly tally: Tally;
  /** Stops the clients, and waits until they have heard the last answer. */
  end(): Promise<void>;
}

function run(start: (tally: Tally, signal: AbortSignal) => readonly Promise<void>[]): Load {
  stop = new AbortController();
  const tally = new Tally();
  const clients = start(tally, stop.signal);
  return {
    tally,
    async end() {
      stop.abort();
      await Promise.all(clients);
    },
  };
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** Reloads at random moments, some while another is under way. @returns the exit code of the last one, which comes after all others */
async function reloadOften(reloads: number): Promise<number> {
  for (let n = 0; n < reloads; n++) {
    subject.hangUp();
    await sleep(200 + Math.random() * 2_800);
  }
  return subject.reload();
}

async function reloadInVain(troubles: readonly Trouble[]): Promise<void> {
  for (const trouble of troubles) {
    trouble.make(subject);
    expect([trouble.name, await subject.reload()]).toEqual([trouble.name, 1]);
    subject.restore();
  }
}

/** Kills a worker with -9. @returns how many requests may have been lost with it: as many as there are clients */
async function killOne({ tally }: Load, clients: number, workers: number): Promise<void> {
  const before = tally.failures.length;
  const [victim] = subject.workers;
  process.kill(victim!, 'SIGKILL');
  await subject.settle(workers);
  // Who waits on a connection hears of it when he speaks again.
  await sleep(2 * KEEP_ALIVE);
  const lost = tally.failures.splice(before);
  expect(lost.length).toBeLessThanOrEqual(clients);
  if (ASKED) console.log(`lost with the worker that was killed: ${lost.length} of ${clients} clients' requests`);
}

/** What must be so when all is over. */
async function checkPrimary(pid: number, workers: number): Promise<void> {
  await subject.settle(workers);
  expect(subject.program.pid).toBe(pid);
  expect(subject.memory).toBeLessThan(MOST_MEMORY);
}

function report(what: string, { tally }: Load): void {
  if (ASKED)
    console.log(`${what}, ${RELOADS} reloads: ${JSON.stringify(tally.answered)}, failed: ${tally.failures.length}`);
}

describe('the blog', { timeout: TIMEOUT }, () => {
  /** SQLite has one writer at a time: several that never pause make each other wait for longer than a client should. */
  const WORKERS = 1;
  const image = Buffer.concat([Buffer.from(pngHead(), 'hex'), Buffer.alloc(4_900_000)]);

  async function start(): Promise<{ http: HttpLoad; image: string }> {
    subject = new Subject('blog', (folder) => [
      '[blog]',
      'http_port = 0',
      `workers = ${WORKERS}`,
      `data_dir = ${join(folder, 'blog')}`,
      'registry_url =',
      '[database]',
      `url = sqlite:${join(folder, 'blog.sqlite')}`,
      '[auth]',
      'admin_password = correct-horse-battery',
    ]);
    const url = (await subject.start())['blog']!;
    const basic = `Basic ${Buffer.from('admin:correct-horse-battery').toString('base64')}`;
    const login = JSON.parse(await send(`${url}/auth`, { headers: { authorization: basic } })) as {
      access_token: string;
    };
    const headers = { authorization: `Bearer ${login.access_token}` };
    const form = new FormData();
    form.set('image', new Blob([image], { type: 'image/png' }), 'large.png');
    const made = await fetch(`${url}/api/v1/images`, { method: 'POST', headers, body: form });
    expect(made.status).toBe(201);
    const create = { method: 'POST', path: '/api/v1/tags', body: (name: string) => JSON.stringify({ name }) };
    const http = { url, create, read: '/api/v1/tags?page_size=1', headers, keepAlive: KEEP_ALIVE };
    return { http, image: made.headers.get('location')! };
  }

  function load({ http, image: path }: Awaited<ReturnType<typeof start>>): Load {
    return run((tally, signal) => [
      ...times(16, (n) => creator(http, tally, `loop${n}`, signal)),
      ...times(8, () => reader(http, tally, signal)),
      slowUploader(http, tally, 'slow', signal),
      slowReader(http, path, image.length, tally, signal),
      lateSpeaker(http, tally, signal),
    ]);
  }

  async function storedNames({ url, headers }: HttpLoad): Promise<string[]> {
    const names: string[] = [];
    for (let path: string | undefined = '/api/v1/tags?page_size=100&cursor='; path !== undefined;) {
      const answer = await fetch(url + path, { headers });
      const { items, next_cursor } = (await answer.json()) as { items: { name: string }[]; next_cursor: string | null };
      names.push(...items.map(({ name }) => name));
      path = next_cursor ? `/api/v1/tags?page_size=100&cursor=${encodeURIComponent(next_cursor)}` : undefined;
    }
    return names;
  }

  it(`answers every request once through ${RELOADS} reloads, and stores every effect once`, async () => {
    const parts = await start();
    const { pid } = subject.program;
    const clients = load(parts);
    expect(await reloadOften(RELOADS)).toBe(0);
    await reloadInVain(ASKED ? TROUBLES : TROUBLES.slice(0, 3));
    await killOne(clients, 16 + 8 + 3, WORKERS);
    expect(await reloadOften(1)).toBe(0);
    await clients.end();
    report('blog', clients);
    expect(clients.tally.failures).toEqual([]);
    expect(clients.tally.compare(await storedNames(parts.http))).toEqual([]);
    await checkPrimary(pid, WORKERS);
  });

  it('would not stand the same if its workers left their connections without care', async () => {
    const parts = await start();
    drainCarelessly(subject);
    await subject.reload();
    const clients = load(parts);
    await reloadOften(2);
    await clients.end();
    expect(clients.tally.total).toBeGreaterThan(0);
    expect(clients.tally.failures).not.toEqual([]);
  });
});

describe('the resolver', { timeout: TIMEOUT }, () => {
  const WORKERS = 2;
  const NAME = 'node1.node.consul';

  async function start() {
    subject = new Subject('resolver', (folder) => [
      '[resolver]',
      'http_port = 0',
      'dns_port = 0',
      'node_name = node1',
      `workers = ${WORKERS}`,
      `data_dir = ${join(folder, 'resolver')}`,
    ]);
    const { registry, dns } = (await subject.start()) as { registry: string; dns: string };
    const { host, port } = hostAndPort(dns);
    const body = (name: string) => JSON.stringify({ Name: 'load', ID: name, Port: 1 });
    const create = { method: 'PUT', path: '/v1/agent/service/register', body };
    const http: HttpLoad = { url: registry, create, read: '/v1/catalog/nodes', headers: {}, keepAlive: KEEP_ALIVE };
    return { http, dns: { host, port: Number(port) } };
  }

  function load({ http, dns }: Awaited<ReturnType<typeof start>>): Load {
    return run((tally, signal) => [
      ...times(4, (n) => creator(http, tally, `loop${n}`, signal)),
      ...times(2, () => reader(http, tally, signal)),
      slowUploader(http, tally, 'slow', signal),
      lateSpeaker(http, tally, signal),
      waiter(http, '/v1/catalog/datacenters?index=1', tally, signal),
      waiter(http, '/v1/health/service/quiet?index=100000000&wait=5s', tally, signal),
      ...times(32, () => udpClient(dns, NAME, tally, signal)),
      ...times(4, () => tcpClient(dns, NAME, tally, signal)),
      ...times(4, () => keptTcpClient(dns, NAME, tally, signal)),
      ...times(4, () => restingTcpClient(dns, NAME, tally, signal)),
    ]);
  }

  it(`answers every request and every query once through ${RELOADS} reloads`, async () => {
    const parts = await start();
    const { pid } = subject.program;
    const clients = load(parts);
    expect(await reloadOften(RELOADS)).toBe(0);
    await reloadInVain(ASKED ? TROUBLES : TROUBLES.slice(3));
    await killOne(clients, 10 + 44, WORKERS);
    expect(await reloadOften(1)).toBe(0);
    await clients.end();
    report('resolver', clients);
    expect(clients.tally.failures).toEqual([]);
    // Whichever worker answers hears of what the other one took a moment later.
    await eventually('all that was acknowledged', 5_000, async () => {
      const stored = JSON.parse(await send(`${parts.http.url}/v1/agent/services`, {})) as object;
      expect(clients.tally.compare(Object.keys(stored))).toEqual([]);
      return true;
    });
    await checkPrimary(pid, WORKERS);
  });

  it('would not stand the same if its workers left DNS without care', async () => {
    const parts = await start();
    leaveDnsCarelessly(subject);
    await subject.reload();
    const clients = load(parts);
    await reloadOften(3);
    await clients.end();
    expect(clients.tally.total).toBeGreaterThan(0);
    expect(clients.tally.failures).not.toEqual([]);
  });
});

/** The head of an image of 64 x 64 pixels, in hexadecimal: what follows nobody decodes. */
function pngHead(): string {
  return '89504e470d0a1a0a0000000d49484452000000400000004008060000';
}
