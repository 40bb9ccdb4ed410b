// Several resolvers over one data folder: what one takes all answer, and no kill -9 of any of them loses a thing.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { checkOf, getJson, passing, ports, put } from './client.js';

interface Resolver {
  readonly program: TestProgram;
  readonly url: string;
  /** `127.0.0.1:8600` */
  readonly dns: string;
}

const SOON_MS = 10_000;

describe('resolvers over one folder', { timeout: 120_000 }, () => {
  let folder: ReturnType<typeof tempFolder>;
  let running: TestProgram[];
  beforeEach(() => {
    folder = tempFolder();
    running = [];
  });
  afterEach(async () => {
    for (const program of running) await program.end();
    folder.remove();
  });

  async function start(data = join(folder.path, 'data')): Promise<Resolver> {
    const program = TestProgram.start('resolver', {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: data,
      SIGNPOST_LOG_FORMAT: 'json',
      // Which of them runs the checks is told at this level.
      SIGNPOST_LOG_LEVEL: 'debug',
    });
    running.push(program);
    const { endpoints } = await program.ready();
    return { program, url: endpoints['registry']!, dns: endpoints['dns']! };
  }

  it('start at the same time on an empty folder, as one node', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => start()));
    const ids = await Promise.all(
      all.map(async ({ url }) => ((await getJson(`${url}/v1/catalog/nodes`)) as [{ ID: string }])[0].ID),
    );
    expect(new Set(ids).size).toBe(1);
    const owners = () => all.filter(({ program }) => program.output.includes('runs the health checks'));
    await eventually('an owner', SOON_MS, () => owners().length === 1);
  });

  it('answer over HTTP and DNS what any of them took, and let a service report to any', async () => {
    const [one, two] = [await start(), await start()];
    await put(`${one.url}/v1/agent/service/register`, service('a', '1s'));
    await put(`${two.url}/v1/agent/service/register`, service('b', '1s'));
    for (const { url, dns } of [one, two]) {
      await eventually('both instances', SOON_MS, async () => (await passing(url)).join() === 'a,b');
      expect(await ports(dns)).toEqual(['1', '2']);
    }
    for (let beat = 0; beat < 20; beat++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await put(`${two.url}/v1/agent/check/pass/service:a?note=beat${beat}`);
      await put(`${one.url}/v1/agent/check/pass/service:b`);
      expect(await passing(one.url)).toEqual(['a', 'b']);
      expect((await checkOf(two.url, 'a')).Output).toBe(`beat${beat}`);
    }
    for (const { url } of [one, two]) {
      await eventually('both to expire', SOON_MS, async () => (await passing(url)).length === 0);
    }
  });

  it('go on when the one that runs the checks is killed, and the next one takes them over', async () => {
    const [one, two, three] = [await start(), await start(), await start()];
    await put(`${one.url}/v1/agent/service/register`, service('a', '2s'));
    await put(`${two.url}/v1/agent/check/fail/service:a?note=down`);
    await one.program.end('SIGKILL');
    for (const { url } of [two, three]) {
      await eventually('the report', SOON_MS, async () => (await checkOf(url, 'a')).Output === 'down');
      await put(`${url}/v1/agent/service/register`, service('b', '2s'));
    }
    await put(`${three.url}/v1/agent/check/pass/service:a`);
    expect(await passing(three.url)).toEqual(['a', 'b']);
    await eventually('a new owner', SOON_MS, () =>
      [two, three].some(({ program }) => program.output.includes('runs the health checks')),
    );
    for (const { url } of [two, three]) {
      await eventually('both to expire', SOON_MS, async () => (await passing(url)).length === 0);
    }
    const again = await start();
    expect((await checkOf(again.url, 'a')).Output).toContain('TTL expired');
  });

  it('meet though the path of the folder is too long for a socket', async () => {
    const data = join(folder.path, 'long'.repeat(30), 'data');
    const [one, two] = [await start(data), await start(data)];
    await put(`${one.url}/v1/agent/service/register`, service('a', '1h'));
    await eventually('the instance', SOON_MS, async () => (await passing(two.url)).length === 1);
    await put(`${two.url}/v1/agent/check/pass/service:a?note=heard`);
    await eventually('the report', SOON_MS, async () => (await checkOf(one.url, 'a')).Output === 'heard');
    expect(await passing(one.url)).toEqual(['a']);
  });
});

function service(id: string, ttl: string) {
  return { Name: 'web', ID: id, Port: id === 'a' ? 1 : 2, Check: { TTL: ttl, Status: 'passing' } };
}
