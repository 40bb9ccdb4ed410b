import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, FakeClock, TestRedis } from '#libs/testing';
import { newCache } from '../src/new-cache.js';
import type { VersionedCache } from '../src/versioned-cache.js';
import { TestDatabase } from './database.js';

const KEY = 'row:1';

describe('newCache', () => {
  const opened: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.stop();
  });

  async function open(url: string): Promise<{ cache: VersionedCache; read: () => Promise<string> }> {
    const clock = new FakeClock();
    const outbox = new TestDatabase(clock);
    outbox.write(KEY);
    const log = pino({ level: 'silent' });
    const cache = newCache({ url, prefix: 'test:', octets: 1_000_000, outbox, clock, log });
    opened.push(cache);
    await cache.start();
    await eventually('the store', 5_000, () => cache.counters.store.state === 'closed');
    return { cache, read: async () => (await cache.read({ key: KEY }, () => outbox.load(KEY))).source };
  }

  it('makes one in memory without a URL', async () => {
    const { cache, read } = await open('');
    expect([await read(), await read()]).toEqual(['database', 'local']);
    expect(cache.counters.held.entries).toBe(1);
  });

  it('makes one in Redis with a copy in memory with one', async () => {
    const redis = await TestRedis.start();
    opened.push(redis);
    const [one, two] = [await open(redis.url), await open(redis.url)];
    expect([await one.read(), await two.read(), await two.read()]).toEqual(['database', 'shared', 'local']);
  });
});
