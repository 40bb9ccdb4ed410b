// docs/accounts.md: its commands, run as they are printed.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PageBlog } from './blog-page.js';

const PAGE = 'docs/accounts.md';

describe('docs/accounts.md', () => {
  let blog: PageBlog;
  beforeAll(() => void (blog = new PageBlog()));
  afterAll(() => blog.stop());

  it('has commands that are answered as it says', async () => {
    const { stdout, statuses, expected } = await blog.run(PAGE);
    expect(statuses).toEqual(expected);
    expect(expected.length).toBeGreaterThan(20);
    expect(stdout).toMatch(/^ratelimit-policy: "read";q=3000;w=60/m);
    expect(stdout).toMatch(/^bob +author +enabled/m);
  });

  it('names settings that there are, with their defaults', () => {
    const ini = readFileSync('config/app.ini', 'utf8');
    for (const [, keys] of readFileSync(PAGE, 'utf8').matchAll(/`\[\w+\] ([\w`, ]+?)`/g)) {
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
