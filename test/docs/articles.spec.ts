// docs/articles.md: its commands, run as they are printed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PageBlog } from './blog-page.js';

describe('docs/articles.md', () => {
  let blog: PageBlog;
  beforeAll(() => void (blog = new PageBlog()));
  afterAll(() => blog.stop());

  it('has commands that are answered as it says', async () => {
    const { stdout, statuses, expected } = await blog.run('docs/articles.md');
    expect(statuses).toEqual(expected);
    expect(expected.length).toBeGreaterThan(25);
    expect(stdout).toContain('"total":2');
    expect(stdout).toContain('"title":"分布式系统实践"');
  });
});
