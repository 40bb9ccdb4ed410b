import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { createLogger } from '../log/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { DebugServer } from './debug-server.js';

const log = createLogger({ level: 'silent', format: 'json' }, 'test');
const server = new DebugServer(new Metrics('1'), log);
let url: string;
beforeAll(async () => {
  url = await server.start('127.0.0.1', 0);
});
afterAll(() => server.stop());

const get = (path: string, init: RequestInit = {}) => fetch(`${url}/debug/pprof/${path}`, init);

/** The names and units in a profile: all its texts. */
async function profile(path: string): Promise<string> {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  return gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('latin1');
}

/** Something to find in a profile. */
function burnTheProcessor(ms: number): number {
  const end = performance.now() + ms;
  let sum = 0;
  while (performance.now() < end) sum += Math.sqrt(sum + 1);
  return sum;
}

function allocateMuch(): object[] {
  return Array.from({ length: 200_000 }, (_, i) => ({ i, text: `text ${i}` }));
}

describe('profiles', () => {
  it('of the CPU', async () => {
    const taken = profile('profile?seconds=1');
    const timer = setInterval(() => burnTheProcessor(20), 25);
    const text = await taken;
    clearInterval(timer);
    for (const word of ['burnTheProcessor', 'cpu', 'nanoseconds']) expect(text).toContain(word);
  });

  it('of what is in use, since the first time that it was asked for', async () => {
    await profile('heap?seconds=1');
    const kept = allocateMuch();
    const text = await profile('heap');
    for (const word of ['allocateMuch', 'inuse_space', 'bytes']) expect(text).toContain(word);
    expect(kept).toHaveLength(200_000);
  });

  it('of what is allocated, in use or not', async () => {
    const taken = profile('allocs?seconds=1');
    const timer = setInterval(() => void allocateMuch(), 50);
    const text = await taken;
    clearInterval(timer);
    for (const word of ['allocateMuch', 'alloc_space']) expect(text).toContain(word);
    expect(await profile('heap?seconds=1')).not.toContain('alloc_space');
  });

  it('are taken one at a time, and given up with whoever asked', async () => {
    const gone = new AbortController();
    const first = get('profile?seconds=300', { signal: gone.signal }).catch((error: Error) => error.name);
    await eventually('the first to be under way', 5_000, async () => (await get('heap?seconds=1')).status === 409);
    gone.abort();
    expect(await first).toBe('AbortError');
    expect(await eventually('the next', 5_000, async () => (await get('profile?seconds=1')).status === 200)).toBe(true);
  });

  it.each(['profile?seconds=0', 'heap?seconds=301', 'allocs?seconds=x', 'eventloop?seconds=61', 'profile?seconds='])(
    'refuse %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/^seconds must be a number/)]);
    },
  );

  it.each([
    ['symbol', 'the profiles have their symbols in them'],
    ['goroutine', 'there is one thread; what waits is in handles'],
    ['nothing', '/debug/pprof/ lists what there is'],
  ])('say why there is no %s', async (path, hint) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([404, `not found: ${hint}\n`]);
  });
});

describe('pages', () => {
  it('list what there is, all of which there is', async () => {
    const names = [...(await (await get('')).text()).matchAll(/^(\w+)(?:\?seconds=N)? {2,}/gm)].map(
      ([, name]) => name!,
    );
    expect(names).toEqual(['profile', 'heap', 'allocs', 'cmdline', 'eventloop', 'handles']);
    for (const name of names) expect((await get(name, { method: 'DELETE' })).status).toBe(405);
  });

  it('lead there, in a browser', async () => {
    const answer = await get('', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    const links = [...(await answer.text()).matchAll(/<a href="(\w+)">/g)].map(([, link]) => link!);
    expect(links).toEqual(['profile', 'heap', 'allocs', 'cmdline', 'eventloop', 'handles']);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('tell how the program was started', async () => {
    expect((await (await get('cmdline')).text()).split('\0')).toEqual([
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ]);
  });

  it('tell how late the event loop is', async () => {
    const taken = get('eventloop?seconds=1');
    const timer = setInterval(() => burnTheProcessor(40), 50);
    const page = (await (await taken).json()) as { seconds: number; p99: number; max: number; utilization: number };
    clearInterval(timer);
    expect(page.seconds).toBe(1);
    expect(page.max).toBeGreaterThanOrEqual(page.p99);
    expect(page.max).toBeGreaterThan(30);
    expect(page.utilization).toBeGreaterThan(0.1);
  });

  it('tell what keeps the program running', async () => {
    const page = (await (await get('handles')).json()) as { counts: object; handles: { localEndpoint?: object }[] };
    expect(page.counts).toMatchObject({ tcp: expect.any(Number) });
    const port = Number(new URL(url).port);
    expect(JSON.stringify(page.handles)).toContain(`"port":${port}`);
  });
});
