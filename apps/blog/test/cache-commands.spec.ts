// `signpost-blog cache ...` beside a blog that runs.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, TestRedis } from '#libs/testing';
import { CACHE_COMMANDS } from '../src/commands/cache-commands.js';
import { TestBlog } from './harness.js';

let redis: TestRedis;
let blog: TestBlog;
let id: number;
beforeAll(async () => {
  redis = await TestRedis.start();
  blog = await TestBlog.start('SQLite', { SIGNPOST_REDIS_URL: redis.url });
  await blog.told('the cache uses Redis', 1);
  id = (await blog.makeArticle()).body.id;
  await blog.ask('GET', `/api/v1/articles/${id}`);
});
afterAll(async () => {
  await blog.stop();
  await redis.stop();
});

/** Runs a command as a terminal would. @returns what it printed, and the sentence that it failed with */
async function run(words: string, more: Record<string, string> = {}): Promise<{ printed: string; failure?: string }> {
  const command = CACHE_COMMANDS.find(({ name }) => words.startsWith(name))!;
  const operands = words.slice(command.name.length).split(' ').filter(Boolean);
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await command.run({ config: blog.settings(more), operands, options: {} });
    return { printed: written.mock.calls.join('') };
  } catch (error) {
    return { printed: written.mock.calls.join(''), failure: (error as Error).message };
  } finally {
    written.mockRestore();
  }
}

describe('cache inspect', () => {
  it('shows what is known of a key', async () => {
    const { printed } = await run(`cache inspect article:${id}`);
    expect(printed).toMatch(
      /^kind +value\nversion +1\netag +"\d+-1-1"\noctets +\d+\nin use +yes\nforgotten +in \d+ s\n$/,
    );
    await blog.ask('GET', '/api/v1/articles?sort=id');
    expect((await run('cache inspect list:everybody:/api/v1/articles?sort=id')).printed).toContain('in use     yes');
    await blog.makeArticle();
    expect((await run('cache inspect list:everybody:/api/v1/articles?sort=id')).printed).toContain('in use     no');
  });

  it('says that nothing is known, and what a key is', async () => {
    expect((await run('cache inspect article:9999')).failure).toBe('nothing is known of article:9999');
    for (const key of ['article', 'article:x', 'tag:0', 'list:articles', 'user:1'])
      expect((await run(`cache inspect ${key}`)).failure).toMatch(/^a key is article:ID/);
  });
});

describe('cache drop', () => {
  it('makes all processes forget a key', async () => {
    const path = `/api/v1/articles/${id}`;
    const statusOf = async () => (await blog.ask('GET', path)).headers.get('cache-status');
    await statusOf();
    expect(await statusOf()).toContain('hit');
    expect((await run(`cache drop article:${id}`)).printed).toBe(`article:${id} is forgotten\n`);
    await eventually('a miss', 10_000, async () => (await statusOf())!.includes('miss'));
  });
});

describe('cache verify', () => {
  it('finds nothing where the API writes, and says what differs where somebody wrote past it', async () => {
    await blog.ask('GET', `/api/v1/articles/${id}`);
    const { printed, failure } = await run('cache verify');
    expect([printed, failure]).toEqual([
      expect.stringMatching(
        /^\d+ of \d+ articles and tags are in the cache, 0 of them otherwise than in the database\n$/,
      ),
      undefined,
    ]);
    await blog.change(`UPDATE blog_article SET title = 'past it' WHERE id = ${id}`);
    const same = await run('cache verify');
    expect(same.printed).toContain(`article:${id}: the cache has version 1 "${id}-1-1", the database version 1`);
    expect(same.printed).toContain('with other octets\n');
    await blog.change(`UPDATE blog_article SET deleted_on = 1, version = 2 WHERE id = ${id}`);
    const gone = await run('cache verify');
    expect(gone.printed).toContain('the database version 2 (not shown)\n');
    expect(gone.failure).toBe('the cache is not what it should be');
  });
});

describe('a command', () => {
  it('says that there is no shared cache, or that it is away', async () => {
    expect((await run('cache verify', { SIGNPOST_REDIS_URL: '' })).failure).toMatch(/^no \[redis\] url is set/);
    const away = { SIGNPOST_REDIS_URL: 'redis://127.0.0.1:1' };
    expect((await run('cache inspect tag:1', away)).failure).toBe('Redis does not answer');
  });
});
