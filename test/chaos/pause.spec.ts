// The resolver is stopped as a whole for longer than its services' checks allow, as on a machine that sleeps.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { checkOf, passing, put } from './client.js';

const TTL_MS = 4_000;

describe('after SIGSTOP and SIGCONT', () => {
  const folder = tempFolder();
  const resolver = TestProgram.start('resolver', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: folder.path,
  });
  afterAll(async () => {
    await resolver.end();
    folder.remove();
  });

  it('no service fails for what nobody could hear, and one that stays silent does', async () => {
    const url = (await resolver.ready()).endpoints['registry']!;
    const check = { TTL: `${TTL_MS}ms`, Status: 'passing' };
    for (const id of ['a', 'b']) await put(`${url}/v1/agent/service/register`, { Name: 'web', ID: id, Check: check });
    resolver.freeze();
    await sleep(TTL_MS + 1_000);
    resolver.thaw();
    expect(await passing(url)).toEqual(['a', 'b']);
    await eventually('the silent one to fail', 30_000, async () => {
      await put(`${url}/v1/agent/check/pass/service:a`);
      return (await checkOf(url, 'b')).Status === 'critical';
    });
    expect(await passing(url)).toEqual(['a']);
  });
});
