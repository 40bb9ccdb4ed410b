// docs/accounts.md: its commands, run as they are printed.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';
import { shellPage } from './shell-page.js';

const PAGE = readFileSync('docs/accounts.md', 'utf8');
const BLOG = 'dist/apps/blog/src/main.js';

describe('docs/accounts.md', () => {
  const folder = tempFolder();
  const settings = {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_BLOG_DATA_DIR: folder.path,
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    SIGNPOST_DEBUG_PORT: '0',
  };
  let blog: TestProgram;
  beforeAll(() => void (blog = TestProgram.start('blog', settings)));
  afterAll(async () => {
    await blog.end();
    folder.remove();
  });

  it('has commands that are answered as it says', async () => {
    const { endpoints, account } = await blog.ready();
    const { script, expected } = shellPage(PAGE, {
      'http://127.0.0.1:8000': endpoints['blog']!,
      PASSWORD: account!.password,
      'signpost-blog user': `${process.execPath} ${BLOG} user`,
    });
    const statuses = join(folder.path, 'statuses');
    writeFileSync(statuses, '');
    const env = { ...process.env, ...settings, STATUSES: statuses };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
    expect(readFileSync(statuses, 'utf8').trim().split('\n')).toEqual(expected);
    expect(expected.length).toBeGreaterThan(20);
    expect(stdout).toMatch(/^ratelimit-policy: "read";q=3000;w=60/m);
    expect(stdout).toMatch(/^bob +author +enabled/m);
  });

  it('names settings that there are, with their defaults', () => {
    const ini = readFileSync('config/app.ini', 'utf8');
    for (const [, keys] of PAGE.matchAll(/`\[\w+\] ([\w`, ]+?)`/g)) {
      for (const key of keys!.split(/[`, ]+/)) expect(ini).toMatch(new RegExp(`^${key} =`, 'm'));
    }
    for (const line of [
      'read_rate = 3000/1m',
      'account_failures = 10',
      'network_failures = 100',
      'key_rotation = 720h',
    ]) {
      expect(ini).toContain(line);
    }
  });
});
