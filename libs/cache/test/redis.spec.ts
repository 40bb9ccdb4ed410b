import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestRedis } from '#libs/testing';
import type { RedisStore } from '../src/redis/redis-store.js';
import { anEntry, describeStore, TIMES, written } from './contract.js';
import { openRedisStore } from './redis-harness.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await TestRedis.start();
});
afterAll(() => redis.stop());

/** Redis forgets what has ended within a millisecond or so of its own clock. */
const MARGIN_MS = 20;

/** Nobody is in a hurry here. */
const WAIT = 5_000;

describeStore('RedisStore', async () => {
  await redis.command('FLUSHALL');
  const store = await openRedisStore(redis, { times: TIMES });
  return {
    store,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + MARGIN_MS)),
    lose: async () => void (await redis.command('FLUSHALL')),
    stop: () => store.stop(),
  };
});

describe('a lease in Redis', () => {
  const query = { key: 'row:1' };
  let store: RedisStore;
  beforeEach(async () => {
    await redis.command('FLUSHALL');
    store = await openRedisStore(redis, { times: TIMES });
    return () => store.stop();
  });

  it('is given to the first, and to the next one when that is done', async () => {
    const [first, second] = [await store.claim(query, WAIT), await store.claim(query, WAIT)];
    expect([first.first, second.first]).toEqual([true, false]);
    await first.fill(anEntry(1), 60_000, WAIT);
    await store.invalidate(written(query.key, 2));
    expect((await store.claim(query, WAIT)).first).toBe(true);
  });

  it('ends by itself when the first does not come back', async () => {
    await store.claim(query, WAIT);
    await new Promise((resolve) => setTimeout(resolve, TIMES.lease + MARGIN_MS));
    expect((await store.claim(query, WAIT)).first).toBe(true);
  });

  it('does not keep others from storing what they have read', async () => {
    const [, second] = [await store.claim(query, WAIT), await store.claim(query, WAIT)];
    expect(await second.fill(anEntry(1), 60_000, WAIT)).toBe('stored');
  });
});
