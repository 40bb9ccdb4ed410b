// What clients of two blogs over one database meet: the limits of both together where there is a Redis, and those of each where there is none.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Metrics } from '#libs/observability';
import type { Started } from '#libs/supervisor';
import { TestRedis } from '#libs/testing';
import { parseExposition } from '../../../../test/exposition.js';
import { startBlog } from '../../src/blog.js';
import { basic, TestBlog, type Answer, type RequestHeaders } from '../harness.js';

const SETTINGS = {
  SIGNPOST_LIMITS_ENABLED: 'true',
  SIGNPOST_LIMITS_READ_RATE: '100/1h',
  SIGNPOST_LIMITS_WRITE_RATE: '4/1h',
  SIGNPOST_LIMITS_LOGIN_RATE: '20/1h',
  SIGNPOST_LIMITS_ACCOUNT_FAILURES: '4',
};
const READ_BATCH = 2;

let redis: TestRedis;
let blog: TestBlog;
let metrics: Metrics;
let running: Started[];
let urls: string[];
let made: number;
beforeEach(async () => {
  redis = await TestRedis.start();
  blog = await TestBlog.start();
  [running, made] = [[], 0];
});
afterEach(async () => {
  redis.thaw();
  for (const started of running) await started.stop();
  await blog.stop();
  await redis.stop();
});

/** Starts two more blogs with limits; the metrics are those of the first. */
async function startTwo(redisUrl: string, more: Record<string, string> = {}): Promise<void> {
  [metrics, urls] = [new Metrics('1.2.3'), []];
  const log = pino({ level: 'info' }, { write: (line: string) => void blog.logged.push(line) });
  for (const counted of [metrics, new Metrics('1.2.3')]) {
    const settings = blog.settings({ ...SETTINGS, SIGNPOST_REDIS_URL: redisUrl, ...more });
    const started = await startBlog(settings, log, { clock: blog.clock, metrics: counted });
    running.push(started);
    urls.push(started.endpoints['blog']!);
  }
  const isShared = redisUrl !== '';
  if (isShared) await blog.told('are counted in Redis', running.length);
  await introduce();
}

/** Whose a token is, is known when it was looked at within a second: until then it counts against the network. */
async function introduce(): Promise<void> {
  for (const at of [0, 1]) for (const who of [blog.as.ann, blog.as.bob]) await ask(at, 'GET', '/api/v1/tags', who);
}

function ask(at: number, method: string, path: string, headers: RequestHeaders = {}, body?: object): Promise<Answer> {
  blog.url = urls[at]!;
  return blog.ask(method, path, headers, body);
}

const write = (at: number) => ask(at, 'POST', '/api/v1/tags', blog.as.ann, { name: `tag ${(made += 1)}` });
const read = (at: number) => ask(at, 'GET', '/api/v1/tags', blog.as.ann);
const logIn = (at: number, password = 'wrong') => ask(at, 'GET', '/auth', basic('ann', password));

/** How many of so many requests, to one blog after the other, have this status. */
async function count(status: number, times: number, send: (at: number) => Promise<Answer>): Promise<number> {
  let found = 0;
  for (let n = 0; n < times; n += 1) if ((await send(n % 2)).status === status) found += 1;
  return found;
}

async function metric(name: string, labels = ''): Promise<number | undefined> {
  const samples = parseExposition(await metrics.text()).get(name)?.samples ?? [];
  return samples.find((sample) => Object.values(sample.labels).join() === labels)?.value;
}

describe('two blogs over one Redis', () => {
  it('limit writes and logins together, to the last one', async () => {
    await startTwo(redis.url);
    expect(await count(201, 12, write)).toBe(4);
    expect(await count(429, 4, write)).toBe(4);
    const { headers } = await write(0);
    expect([headers.get('ratelimit-policy'), headers.get('ratelimit')]).toEqual([
      '"write";q=4;w=3600',
      expect.stringMatching(/^"write";r=0;t=(900|899)$/),
    ]);
    expect(headers.get('retry-after')).toMatch(/^(900|899)$/);
    expect(await metric('signpost_blog_limits_alone_total', 'request')).toBe(0);
  });

  it('limit reads together, but for a batch each', async () => {
    await startTwo(redis.url);
    const allowed = await count(200, 300, read);
    expect(allowed).toBeGreaterThanOrEqual(100);
    expect(allowed).toBeLessThanOrEqual(100 + 2 * READ_BATCH);
    expect(await metric('signpost_blog_limits_alone_total', 'request')).toBe(0);
  });

  it('count wrong passwords together', async () => {
    await startTwo(redis.url);
    expect(await count(401, 12, (at) => logIn(at))).toBe(4);
    const waiting = await logIn(1, 'ann-password');
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await metric('signpost_blog_limits_alone_total', 'login')).toBe(0);
  });

  it('forget them together when the right one comes', async () => {
    await startTwo(redis.url);
    expect(await count(401, 3, (at) => logIn(at))).toBe(3);
    expect((await logIn(1, 'ann-password')).status).toBe(200);
    expect(await count(401, 4, (at) => logIn(at))).toBe(4);
  });

  it('go on counting where those left off that they replace', async () => {
    await startTwo(redis.url);
    expect(await count(201, 6, write)).toBe(4);
    await startTwo(redis.url);
    expect(await count(429, 2, write)).toBe(2);
  });

  it('limit nothing when that is switched off', async () => {
    await startTwo('', { SIGNPOST_LIMITS_ENABLED: 'false', SIGNPOST_REDIS_URL: redis.url });
    expect(await count(201, 12, write)).toBe(12);
    expect(await count(401, 12, (at) => logIn(at))).toBe(12);
    expect((await redis.keys()).filter((key) => /:(rate|attempts):/.test(key))).toEqual([]);
  });
});

describe('two blogs without Redis', () => {
  it('limit each by itself: what is shared above would be missed', async () => {
    await startTwo('');
    expect(await count(201, 12, write)).toBe(8);
    expect(await count(401, 12, (at) => logIn(at))).toBe(8);
    expect(await count(200, 300, read)).toBe(200);
    expect(await metric('signpost_blog_limits_store_up')).toBe(1);
  });
});

describe('two blogs whose Redis', () => {
  beforeEach(() => startTwo(redis.url));

  /** Each has let through what it may by itself, and fails at nothing else. */
  async function expectLimitsOfEach(): Promise<void> {
    const statuses = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await write(n % 2)).status);
    expect(new Set(statuses)).toEqual(new Set([201, 429]));
    expect(statuses.filter((status) => status === 201)).toHaveLength(8);
    expect(await count(401, 12, (at) => logIn(at))).toBe(8);
  }

  it('is killed limit each by itself, and together again when it is back', async () => {
    await redis.kill();
    await blog.told('are counted without Redis', 2);
    await introduce();
    await expectLimitsOfEach();
    expect(await metric('signpost_blog_limits_store_up')).toBe(0);
    expect(await metric('signpost_blog_limits_alone_total', 'login')).toBeGreaterThan(0);
    await redis.restart();
    await blog.told('are counted in Redis', 4);
    await introduce();
    expect(await count(429, 4, write)).toBe(4);
    expect(await metric('signpost_blog_limits_store_up')).toBe(1);
    expect(
      await count(201, 4, (at) => ask(at, 'POST', '/api/v1/tags', blog.as.bob, { name: `bob ${at} ${made++}` })),
    ).toBe(4);
    expect((await ask(0, 'POST', '/api/v1/tags', blog.as.bob, { name: 'one too many' })).status).toBe(429);
  });

  it('is full limit each by itself', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', 1);
    await expectLimitsOfEach();
    expect(await metric('signpost_blog_limits_alone_total', 'request')).toBeGreaterThan(0);
  });

  it('was flushed know what they have allowed themselves', async () => {
    expect(await count(201, 6, write)).toBe(4);
    await redis.command('FLUSHALL');
    expect(await count(429, 4, write)).toBe(4);
  });

  it('is frozen lose 50 ms, once, and answer', async () => {
    redis.freeze();
    const first = await blog.timed(write(0));
    expect(first.answer.status).toBe(201);
    // The cache is asked as well, and has 50 ms of its own.
    expect(first.ms).toBeLessThanOrEqual(2 * 50 + 2);
    const second = await blog.timed(write(0));
    expect([second.answer.status, second.ms < 50]).toEqual([201, true]);
    expect(await metric('signpost_blog_limits_store_up')).toBe(0);
  });
});
