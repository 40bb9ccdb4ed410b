import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, TestRedis } from '#libs/testing';
import { systemClock } from '#libs/time';
import { DEFAULT_TIMES } from '../src/times.js';
import { DeleteAfterWrite } from './controls/delete-after-write.js';
import { TestDatabase } from './database.js';
import { PlainRedis } from './plain-redis.js';
import { TestProcess, type ProcessOptions } from './redis-harness.js';

const KEY = 'row:1';
const OCTETS = 1_000_000;
const { patience } = DEFAULT_TIMES;

describe('a process whose Redis', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let open: TestProcess[];
  beforeEach(async () => {
    database = new TestDatabase(systemClock);
    open = [];
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    redis.thaw();
    await Promise.all(open.map((process) => process.stop()));
    await redis.stop();
  });

  function make(options: ProcessOptions = {}): TestProcess {
    const process = new TestProcess(redis, database, options);
    open.push(process);
    return process;
  }

  const start = (options: ProcessOptions = {}) => make(options).start();

  describe('is away', () => {
    it('serves from the database, and uses Redis when that comes', async () => {
      await redis.kill();
      const one = make();
      await one.cache.start();
      await one.tripped();
      database.write(KEY);
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'database', stored: false });
      await redis.restart();
      await one.recovered();
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'database', stored: true });
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'shared' });
    });

    it('finds out at once, though nobody asks, and uses no copy of its own', async () => {
      const one = await start({ nearOctets: OCTETS });
      await one.write(KEY);
      await one.read(KEY);
      expect(one.cache.peek(KEY)).toBeDefined();
      await redis.kill();
      await one.tripped();
      expect(one.cache.peek(KEY)).toBeUndefined();
      expect(one.cache.counters.store).toEqual({ state: 'open', opened: 1 });
    });

    it('serves nothing old when it is back with what it had saved', async () => {
      const one = await start();
      const plain = new DeleteAfterWrite(new PlainRedis(redis));
      await one.write(KEY);
      await one.read(KEY);
      await plain.read({ key: KEY }, () => database.load(KEY));
      await redis.command('SAVE');
      expect(await one.write(KEY)).toBe(true);
      await plain.write(KEY, async () => ({ row: database.write('other'), entry: database.at(KEY) }));
      await redis.kill();
      await one.tripped();
      await redis.restart();
      await one.recovered();
      expect(await redis.keys()).toContain('test:entry:row:1');
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'database', stored: true });
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'shared' });
      // The usual design under the same fault: the harness would notice.
      expect(await plain.read({ key: KEY }, () => database.load(KEY))).toMatchObject({ version: 1 });
    });

    it('serves nothing old when it is back with nothing', async () => {
      const one = await start();
      await one.write(KEY);
      await one.read(KEY);
      await one.write(KEY);
      const { promise, resolve } = Promise.withResolvers<void>();
      database.afterLoad = () => promise;
      const asleep = one.read(KEY);
      await eventually('the load', 5_000, () => database.loads === 2);
      await redis.kill();
      await one.tripped();
      await redis.restart();
      await one.recovered();
      database.afterLoad = () => Promise.resolve();
      await one.write(KEY);
      resolve();
      expect(await asleep).toMatchObject({ version: 2, stored: false });
      expect(await one.read(KEY)).toMatchObject({ version: 3 });
    });

    it('delivers what was written meanwhile before it is used again', async () => {
      const one = await start();
      const [untold, deaf] = [new TestDatabase(systemClock), { pending: async () => [], remove: async () => {} }];
      const control = new TestProcess(redis, untold, { outbox: deaf, prefix: 'control:' });
      open.push(await control.start());
      for (const process of [one, control]) {
        await process.write(KEY);
        await process.read(KEY);
      }
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      for (const process of [one, control]) {
        await process.tripped();
        expect(await process.write(KEY)).toBe(false);
      }
      expect(one.cache.counters.invalidations.undelivered).toBe(1);
      for (const process of [one, control]) await process.recovered();
      expect(await one.read(KEY)).toMatchObject({ version: 2 });
      expect([database.undelivered, one.cache.counters.outbox.replayed]).toEqual([0, 1]);
      // Without an outbox, under the same fault: the harness would notice.
      expect(await control.read(KEY)).toMatchObject({ version: 1 });
    });
  });

  describe('is frozen', () => {
    it('costs a request its patience once, and the next ones nothing', async () => {
      const one = await start();
      await one.write(KEY);
      redis.freeze();
      const reader = one.read(KEY);
      let done = false;
      void reader.then(() => (done = true));
      await one.clock.advance(patience - 1);
      expect(done).toBe(false);
      await one.clock.advance(1);
      expect(await reader).toMatchObject({ version: 1, source: 'database', stored: false });
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'database', stored: false });
      expect(await one.write(KEY)).toBe(false);
      expect(one.cache.counters).toMatchObject({ store: { opened: 1 }, bypasses: 2 });
      redis.thaw();
      await one.recovered();
      expect(await one.read(KEY)).toMatchObject({ version: 2, stored: true });
    });

    it('is found out by the heartbeat, before it costs a request anything', async () => {
      const one = await start({ nearOctets: OCTETS });
      await one.write(KEY);
      await one.read(KEY);
      redis.freeze();
      await one.clock.advance(DEFAULT_TIMES.heartbeat + patience);
      expect(one.state).not.toBe('closed');
      expect(one.cache.peek(KEY)).toBeUndefined();
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'database' });
    });

    it('is left alone while only its writes are paused, as what was written could not be delivered', async () => {
      const one = await start();
      await one.write(KEY);
      await one.read(KEY);
      await redis.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
      const writing = one.write(KEY);
      await one.clock.advance(patience);
      expect(await writing).toBe(false);
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'database' });
      await one.clock.advance(1_000);
      expect(one.state).not.toBe('closed');
      await redis.command('CLIENT', 'UNPAUSE');
      await one.recovered();
      expect(await one.read(KEY)).toMatchObject({ version: 2 });
    });
  });

  describe('loses its connection', () => {
    it('keeps no copy of what it may not have heard of', async () => {
      const [one, two] = [await start({ nearOctets: OCTETS }), await start({ nearOctets: OCTETS })];
      await one.write(KEY);
      await two.read(KEY);
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await Promise.all([one.tripped(), two.tripped()]);
      expect(two.cache.peek(KEY)).toBeUndefined();
      await one.recovered();
      expect(await one.write(KEY)).toBe(true);
      await two.recovered();
      expect(await two.read(KEY)).toMatchObject({ version: 2 });
    });
  });

  describe('is no master any more', () => {
    it('does without it until it is one again', async () => {
      const one = await start();
      await one.write(KEY);
      await one.read(KEY);
      const connection = async () =>
        /id=(\d+)/.exec(String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub')))?.[1];
      const before = await connection();
      await redis.command('REPLICAOF', '127.0.0.1', 1);
      expect(await one.write(KEY)).toBe(false);
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'database', stored: false });
      await eventually('the end of the connection', 5_000, async () => (await connection()) !== before);
      await redis.command('REPLICAOF', 'NO', 'ONE');
      await one.recovered();
      expect(await one.read(KEY)).toMatchObject({ version: 2 });
    });
  });

  describe('is full', () => {
    it('stores nothing more, and still hears of writes', async () => {
      const one = await start();
      await one.write(KEY);
      await one.read(KEY);
      await redis.command('CONFIG', 'SET', 'maxmemory', 1);
      expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'shared' });
      expect(await one.write(KEY)).toBe(true);
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'database', stored: false });
      expect(one.state).toBe('closed');
      await redis.command('CONFIG', 'SET', 'maxmemory', 0);
      expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'database', stored: true });
    });

    it('refuses what was claimed while there was room', async () => {
      const one = await start();
      database.write(KEY);
      database.afterLoad = async () => void (await redis.command('CONFIG', 'SET', 'maxmemory', 1));
      expect(await one.read(KEY)).toMatchObject({ version: 1, stored: false });
      expect(one.cache.counters).toMatchObject({ fills: { full: 1 }, store: { state: 'closed' } });
    });

    it('throws out anything that it likes, and is never wrong', async () => {
      const one = await start({ nearOctets: 0 });
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
      const used = /used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))![1];
      await redis.command('CONFIG', 'SET', 'maxmemory', Number(used) + 100_000);
      const filler = () => Promise.resolve({ version: 1, body: Buffer.alloc(10_000), etag: '' });
      for (let version = 1; version <= 100; version++) {
        const writing = one.write(KEY);
        await one.cache.read({ key: `filler:${version}` }, filler);
        await writing;
        expect(await one.read(KEY)).toMatchObject({ version });
      }
      const evicted = /evicted_keys:(\d+)/.exec(String(await redis.command('INFO', 'stats')))![1];
      expect(Number(evicted)).toBeGreaterThan(0);
    });
  });

  describe('is flushed', () => {
    it('stores nothing that was read before', async () => {
      const one = await start();
      await one.write(KEY);
      const { promise, resolve } = Promise.withResolvers<void>();
      database.afterLoad = () => promise;
      const asleep = one.read(KEY);
      await eventually('the load', 5_000, () => database.loads === 1);
      database.write(KEY);
      await redis.command('FLUSHALL');
      database.afterLoad = () => Promise.resolve();
      resolve();
      expect(await asleep).toMatchObject({ version: 1, stored: false });
      expect(await one.read(KEY)).toMatchObject({ version: 2, stored: true });
    });

    it('forgets its scripts too, and learns them again', async () => {
      const one = await start();
      await one.write(KEY);
      await redis.command('SCRIPT', 'FLUSH');
      expect(await one.write(KEY)).toBe(true);
      expect(await one.read(KEY)).toMatchObject({ version: 2, stored: true });
    });
  });

  describe('is not as it should be', () => {
    let lines: string[];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    beforeEach(() => {
      lines = [];
    });

    it('says what to change about the eviction of keys, once', async () => {
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      const one = await start({ log });
      await redis.kill();
      await one.tripped();
      await redis.restart();
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      await one.recovered();
      expect(lines.filter((line) => line.includes('maxmemory-policy is allkeys-lru'))).toHaveLength(1);
    });

    it('says once why it is not used, and tells no password', async () => {
      await redis.command('CONFIG', 'SET', 'requirepass', 'secret-1');
      const wrong = make({ log, url: redis.url.replace('//', '//:secret-2@') });
      await wrong.cache.start();
      await eventually('the line', 5_000, () => lines.length > 0);
      await wrong.clock.advance(5_000);
      database.write(KEY);
      expect(await wrong.read(KEY)).toMatchObject({ version: 1, source: 'database' });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('WRONGPASS');
      const right = await start({ log, url: redis.url.replace('//', '//:secret-1@') });
      expect(await right.read(KEY)).toMatchObject({ stored: true });
      expect(lines.join()).not.toMatch(/secret/);
    });
  });
});
