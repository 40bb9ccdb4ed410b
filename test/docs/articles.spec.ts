// docs/articles.md: its commands, run as they are printed.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';
import { shellPage } from './shell-page.js';

const PAGE = readFileSync('docs/articles.md', 'utf8');

describe('docs/articles.md', () => {
  const folder = tempFolder();
  let blog: TestProgram;
  beforeAll(() => {
    blog = TestProgram.start('blog', {
      SIGNPOST_BLOG_HTTP_PORT: '0',
      SIGNPOST_BLOG_REGISTRY_URL: '',
      SIGNPOST_BLOG_DATA_DIR: folder.path,
      SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
      SIGNPOST_DEBUG_PORT: '0',
    });
  });
  afterAll(async () => {
    await blog.end();
    folder.remove();
  });

  it('has commands that are answered as it says', async () => {
    const { endpoints, account } = await blog.ready();
    const { script, expected } = shellPage(PAGE, {
      'http://127.0.0.1:8000': endpoints['blog']!,
      PASSWORD: account!.password,
    });
    const statuses = join(folder.path, 'statuses');
    writeFileSync(statuses, '');
    const env = { ...process.env, STATUSES: statuses };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
    expect(readFileSync(statuses, 'utf8').trim().split('\n')).toEqual(expected);
    expect(expected.length).toBeGreaterThan(25);
    expect(stdout).toContain('"total":2');
    expect(stdout).toContain('"title":"分布式系统实践"');
  });
});
