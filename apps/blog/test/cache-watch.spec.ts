// What a blog tells of its cache while Redis comes and goes.
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Metrics } from '#libs/observability';
import type { Started } from '#libs/supervisor';
import { eventually, TestRedis } from '#libs/testing';
import { parseExposition } from '../../../test/exposition.js';
import { startBlog } from '../src/blog.js';
import { TestBlog } from './harness.js';

const metrics = new Metrics('1.2.3');
let redis: TestRedis;
let blog: TestBlog;
let started: Started;
beforeAll(async () => {
  redis = await TestRedis.start();
  blog = await TestBlog.start();
  const settings = blog.settings({ SIGNPOST_REDIS_URL: redis.url });
  started = await startBlog(settings, pino({ level: 'silent' }), { metrics });
  blog.url = started.endpoints['blog']!;
  // By the machine's clock, unlike the tokens that there are.
  blog.as.admin = await blog.logIn('admin', blog.password);
});
afterAll(async () => {
  await started?.stop();
  await blog?.stop();
  await redis?.stop();
});

/** The value of a metric with these labels. */
async function value(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const { samples } = parseExposition(await metrics.text()).get(name)!;
  return samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value;
}

it('tells where answers come from, and that Redis is away, which keeps no requests away', async () => {
  await eventually('Redis to be used', 10_000, async () => (await value('signpost_cache_store_up')) === 1);
  const tag = await blog.makeTag();
  const hits = async () => {
    await blog.ask('GET', `/api/v1/tags/${tag.body.id}`);
    const from = (source: string) => value('signpost_cache_requests_total', { source });
    return (await from('local'))! + (await from('shared'))!;
  };
  await eventually('an answer of the cache', 10_000, async () => (await hits()) > 0);
  expect(await value('signpost_cache_invalidations_total', { result: 'delivered' })).toBeGreaterThan(0);
  expect((await blog.ask('GET', '/readyz/cache')).body).toBe('ok');

  await redis.stop();
  const isLost = async () => (await hits()) >= 0 && (await value('signpost_cache_store_up')) === 0;
  await eventually('that to be noticed', 10_000, isLost);
  const ready = await blog.ask('GET', '/readyz?verbose');
  expect([ready.status, ready.body]).toEqual([200, expect.stringContaining('[+]cache degraded: reason withheld')]);
  expect((await blog.ask('GET', '/readyz/cache')).body).toBe('degraded: Redis does not answer\n');
  expect(await value('signpost_cache_store_lost_total')).toBeGreaterThan(0);
});
