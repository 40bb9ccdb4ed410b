// A disk that takes no more, as the system's limit on the size of files: writes fail with an I/O error in the middle of a transaction.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { checkOf, dig, passing, ports, put } from './client.js';

const run = promisify(execFile);

describe('while the disk takes no more', { timeout: 120_000 }, () => {
  const folder = tempFolder();
  let resolver: TestProgram;
  let url: string;
  let dns: string;
  beforeAll(async () => {
    ({ url, dns } = await start());
  });
  afterAll(async () => {
    await resolver.end();
    folder.remove();
  });

  async function start(): Promise<{ url: string; dns: string }> {
    resolver = TestProgram.start('resolver', {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: folder.path,
    });
    const { endpoints } = await resolver.ready();
    return { url: endpoints['registry']!, dns: endpoints['dns']! };
  }

  /** Lets the resolver's files grow to so many octets from now on. */
  async function limitFiles(size: number | 'unlimited'): Promise<void> {
    const [worker] = resolver.workers;
    await run('prlimit', ['--pid', String(worker), `--fsize=${size}:unlimited`]);
  }

  const register = (id: string, port: number) =>
    put(`${url}/v1/agent/service/register`, {
      Name: 'web',
      ID: id,
      Port: port,
      Check: { TTL: '1h', Status: 'passing' },
    });

  it('reads, DNS and heartbeats go on, writes are refused, and it recovers by itself', async () => {
    expect((await register('a', 1)).status).toBe(200);
    await limitFiles(1);
    for (let i = 0; i < 3; i++) {
      const refused = await register('b', 2);
      expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('the registry cannot be written')]);
      expect((await put(`${url}/v1/agent/check/fail/service:a`)).status).toBe(503);
      expect((await put(`${url}/v1/agent/check/pass/service:a`)).status).toBe(200);
      expect(await passing(url)).toEqual(['a']);
      expect(await ports(dns)).toEqual(['1']);
    }
    expect((await fetch(`${url}/readyz`)).status).toBe(500);
    await eventually('answers that say so', 10_000, async () => (await dig(dns)).includes('EDE: 3 (Stale Answer)'));

    await limitFiles('unlimited');
    await eventually('the resolver to be ready', 10_000, async () => (await fetch(`${url}/readyz`)).ok);
    expect((await register('b', 2)).status).toBe(200);
    expect(await dig(dns)).not.toContain('EDE');
    await resolver.end('SIGKILL');
    ({ url, dns } = await start());
    expect(await passing(url)).toEqual(['a', 'b']);
    expect((await checkOf(url, 'a')).Status).toBe('passing');
  });
});
