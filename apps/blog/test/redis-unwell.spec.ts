// What clients of two blogs over one database notice of a Redis that is not well: nothing but, once, a few milliseconds.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, TestRedis } from '#libs/testing';
import { matching, TestBlog, type Answer, type RequestHeaders } from './harness.js';

/** What a request may lose to Redis in all, in milliseconds. */
const PATIENCE_MS = 50;

let redis: TestRedis;
let blog: TestBlog;
let other: string;
let stopOther: () => Promise<void>;
let article: Answer;
let path: string;

async function start(): Promise<void> {
  redis = await TestRedis.start();
  blog = await TestBlog.start('SQLite', { SIGNPOST_REDIS_URL: redis.url });
  const started = await blog.startAnother();
  other = started.endpoints['blog']!;
  stopOther = () => started.stop();
  await blog.told('the cache uses Redis', 2);
  article = await blog.makeArticle();
  path = `/api/v1/articles/${article.body.id}`;
}
afterEach(async () => {
  redis.thaw();
  await stopOther();
  await blog.stop();
  await redis.stop();
});

const ask = (method: string, url: string, headers: RequestHeaders = {}, body?: object) =>
  blog.timed(
    fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }),
  );

async function titleAt(url: string): Promise<string> {
  const { answer } = await ask('GET', url);
  return ((await answer.json()) as { title: string }).title;
}

async function write(title: string): Promise<number> {
  const { answer } = await ask('PATCH', blog.url, { ...blog.as.admin, 'if-match': '*' }, { title });
  return answer.status;
}

/** The article is read in both, so that both have a copy, and Redis another. */
async function spread(): Promise<void> {
  expect([await titleAt(blog.url), await titleAt(other), await titleAt(other)]).toEqual(Array(3).fill('A title'));
}

describe('Redis', () => {
  beforeEach(start);

  it('that is killed is done without, and what was written meanwhile is told when it is back', async () => {
    await spread();
    await redis.kill();
    await blog.told('the cache does without Redis', 2);
    expect(await titleAt(other)).toBe('A title');
    expect(await write('new')).toBe(200);
    expect([await titleAt(blog.url), await titleAt(other)]).toEqual(['new', 'new']);
    await redis.restart();
    await blog.told('the cache uses Redis', 4);
    expect([await titleAt(other), await titleAt(other), await titleAt(blog.url)]).toEqual(['new', 'new', 'new']);
    const rows = await blog.select('SELECT id FROM blog_outbox');
    expect(rows).toEqual([]);
  });

  it('that is back with what it had saved long ago serves nothing of it', async () => {
    await spread();
    await redis.command('SAVE');
    expect(await write('new')).toBe(200);
    await redis.kill();
    await blog.told('the cache does without Redis', 2);
    await redis.restart();
    await blog.told('the cache uses Redis', 4);
    expect((await redis.keys()).some((key) => key.endsWith(`entry:article:${article.body.id}`))).toBe(true);
    expect([await titleAt(other), await titleAt(blog.url)]).toEqual(['new', 'new']);
  });

  it('that is frozen costs a request 50 ms, once, and nothing written meanwhile is missed', async () => {
    await spread();
    redis.freeze();
    const list = (url: string) => blog.timed(fetch(`${url}/api/v1/articles?sort=title`));
    const first = await list(blog.url);
    expect([first.answer.status, first.ms <= PATIENCE_MS + 1]).toEqual([200, true]);
    for (let n = 0; n < 3; n += 1) {
      const next = await list(blog.url);
      expect(next.answer.headers.get('cache-status')).toBe('signpost; fwd=miss');
      expect(next.ms).toBeLessThan(first.ms);
    }
    const written = await ask('PATCH', blog.url, matching(article, blog.as.admin), { title: 'new' });
    expect([written.answer.status, written.ms <= PATIENCE_MS + 1]).toEqual([200, true]);
    // The other one has not asked Redis yet, and for a second uses what it has.
    await blog.clock.advance(1_001);
    expect([await titleAt(blog.url), await titleAt(other)]).toEqual(['new', 'new']);
    redis.thaw();
    await blog.told('the cache uses Redis', 4);
    expect([await titleAt(other), await titleAt(other), await titleAt(blog.url)]).toEqual(['new', 'new', 'new']);
  });

  it('that is flushed serves nothing old, and fills again', async () => {
    await spread();
    await redis.command('FLUSHALL');
    expect(await write('new')).toBe(200);
    await eventually('the message', 10_000, async () => (await titleAt(other)) === 'new');
    await redis.command('FLUSHALL');
    expect([await titleAt(blog.url), await titleAt(other)]).toEqual(['new', 'new']);
    const statuses = [];
    for (const url of [blog.url, other, other])
      statuses.push((await ask('GET', url)).answer.headers.get('cache-status'));
    expect(statuses.at(-1)).toBe('signpost; hit; detail=memory');
  });

  it('whose memory is full answers and takes writes, and nothing stays old', async () => {
    await spread();
    await redis.command('CONFIG', 'SET', 'maxmemory', 1);
    expect(await write('new')).toBe(200);
    await eventually('the message', 10_000, async () => (await titleAt(other)) === 'new');
    for (const url of [blog.url, other]) {
      const { answer } = await ask('GET', url);
      expect([answer.status, answer.headers.get('cache-status')]).toEqual([200, 'signpost; fwd=miss']);
    }
    await redis.command('CONFIG', 'SET', 'maxmemory', 0);
    expect([await titleAt(blog.url), await titleAt(other)]).toEqual(['new', 'new']);
  });

  it('that throws out what it should not is told of at the start', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const started = await blog.startAnother();
    await blog.told('maxmemory-policy is allkeys-lru', 1);
    const warnings = blog.logged.filter((line) => line.includes('set noeviction or volatile-ttl'));
    expect(warnings).toHaveLength(1);
    await started.stop();
  });
});

describe('Redis that is away when the blog starts', () => {
  beforeEach(async () => {
    await start();
    await redis.kill();
  });

  it('keeps it from nothing', async () => {
    await blog.told('the cache does without Redis', 2);
    const started = await blog.startAnother();
    const url = started.endpoints['blog']!;
    expect([await titleAt(url), await write('new'), await titleAt(url)]).toEqual(['A title', 200, 'new']);
    await redis.restart();
    await blog.told('the cache uses Redis', 5);
    expect([await titleAt(url), await titleAt(other), await titleAt(blog.url)]).toEqual(['new', 'new', 'new']);
    await started.stop();
  });
});
