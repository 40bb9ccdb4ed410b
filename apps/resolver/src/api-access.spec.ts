import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { createLogger } from '#libs/observability';
import { StartError } from '#libs/supervisor';
import { tempFolder } from '#libs/testing';
import { requireGuardedApi } from './api-access.js';
import { startResolver } from './resolver.js';

describe('the API on an address that others reach', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('may be open on %s', async (host) => {
    await expect(
      requireGuardedApi(loadConfig({ env: { SIGNPOST_RESOLVER_HTTP_HOST: host } })),
    ).resolves.toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '2001:db8::1'])('is not opened on %s without a word', async (host) => {
    const config = loadConfig({ env: { SIGNPOST_RESOLVER_HTTP_HOST: host } });
    await expect(requireGuardedApi(config)).rejects.toThrow(StartError);
    await expect(requireGuardedApi(config)).rejects.toThrow(
      `[resolver] http_host is ${host}, which other machines may reach, and there are no tokens: ` +
        'name a file of tokens in [resolver] tokens_file (SIGNPOST_RESOLVER_TOKENS_FILE), or allow everybody to register ' +
        'and read with [resolver] allow_open_api (SIGNPOST_RESOLVER_ALLOW_OPEN_API) = true',
    );
  });

  it.each([{ SIGNPOST_RESOLVER_ALLOW_OPEN_API: 'true' }, { SIGNPOST_RESOLVER_TOKENS_FILE: '/etc/tokens' }])(
    'is opened with %j',
    async (env) => {
      const config = loadConfig({ env: { SIGNPOST_RESOLVER_HTTP_HOST: '0.0.0.0', ...env } });
      await expect(requireGuardedApi(config)).resolves.toBeUndefined();
    },
  );
});

describe('a resolver with tokens', () => {
  let folder: ReturnType<typeof tempFolder>;
  beforeEach(() => void (folder = tempFolder()));
  afterEach(() => folder.remove());

  function start(tokens: string, lines: string[] = []) {
    const file = join(folder.path, 'tokens');
    writeFileSync(file, tokens);
    const env = {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'data'),
      SIGNPOST_RESOLVER_TOKENS_FILE: file,
    };
    const stream = { write: (line: string) => void lines.push(line) };
    return startResolver(loadConfig({ env }), createLogger({ level: 'trace', format: 'json' }, 'test', stream));
  }

  it('lets in who has one, and probes', async () => {
    const lines: string[] = [];
    const { endpoints, stop } = await start(`read sha256:${hash('sha256', 's3cret-token')} me\n`, lines);
    const ask = async (path: string) => (await fetch(endpoints['registry']! + path)).status;
    expect(await ask('/v1/catalog/services')).toBe(403);
    expect(await ask('/v1/catalog/services?token=s3cret-token')).toBe(200);
    expect(await ask('/v1/catalog/services?filter=Nope==1&token=s3cret-token')).toBe(500);
    expect(await ask('/readyz')).toBe(200);
    expect(await ask('/livez')).toBe(200);
    await stop();
    expect(lines.join('')).not.toContain('s3cret-token');
  });

  it('does not start with a file that is wrong, and says which line', async () => {
    await expect(start('read\n')).rejects.toThrow(
      /^\[resolver\] tokens_file \(SIGNPOST_RESOLVER_TOKENS_FILE\) is .*tokens: line 1: expected a role/,
    );
  });
});
