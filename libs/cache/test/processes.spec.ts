import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, TestRedis } from '#libs/testing';
import { systemClock } from '#libs/time';
import { TestDatabase } from './database.js';
import { PREFIX, TestProcess, type ProcessOptions } from './redis-harness.js';

const KEY = 'row:1';
const OCTETS = 1_000_000;

let redis: TestRedis;
beforeAll(async () => {
  redis = await TestRedis.start();
});
afterAll(() => redis.stop());

describe('two processes over one Redis', () => {
  let database: TestDatabase;
  let open: TestProcess[];
  beforeEach(async () => {
    await redis.command('FLUSHALL');
    database = new TestDatabase(systemClock);
    open = [];
  });
  afterEach(() => Promise.all(open.map((process) => process.stop())));

  async function start(options: ProcessOptions = { nearOctets: OCTETS }): Promise<TestProcess> {
    const process = new TestProcess(redis, database, options);
    open.push(process);
    return process.start();
  }

  it('share what one of them has read', async () => {
    const [one, two] = [await start(), await start()];
    await one.write(KEY);
    expect(await one.read(KEY)).toMatchObject({ version: 1, source: 'database', stored: true });
    expect(await two.read(KEY)).toMatchObject({ version: 1, source: 'shared' });
    expect([await one.read(KEY), await two.read(KEY)]).toMatchObject([{ source: 'local' }, { source: 'local' }]);
    expect(database.loads).toBe(1);
  });

  it('hear of what the other one writes', async () => {
    const [one, two] = [await start(), await start()];
    await one.write(KEY);
    await two.read(KEY);
    expect(await one.write(KEY)).toBe(true);
    await eventually('the message', 5_000, () => two.cache.peek(KEY) === undefined);
    expect(await two.read(KEY)).toMatchObject({ version: 2, source: 'database' });
    expect(await one.read(KEY)).toMatchObject({ version: 2, source: 'shared' });
  });

  it('drop lists when a row of theirs is written, and rows that show another one', async () => {
    const [one, two] = [await start(), await start()];
    const list = { key: 'list?page=1', within: ['rows', 'tags'] };
    const load = () => Promise.resolve({ version: 0, body: Buffer.from(`${++database.loads}`), etag: '"l"' });
    expect(await one.cache.read(list, load)).toMatchObject({ stored: true });
    expect(await two.cache.read(list, load)).toMatchObject({ source: 'shared' });
    await one.write(KEY, 'rows');
    await eventually('the message', 5_000, () => two.cache.peek(list.key) === undefined);
    expect(await two.cache.read(list, load)).toMatchObject({ source: 'database', stored: true });
    expect(database.loads).toBe(2);
  });

  it('read a cold key once, however many ask in either', async () => {
    const [one, two] = [await start(), await start()];
    database.write(KEY);
    const readers = [one, two].flatMap((process) => Array.from({ length: 500 }, () => process.read(KEY)));
    let answered = 0;
    for (const reader of readers) void reader.then(() => answered++);
    await Promise.all([one, two].map((process) => process.passing('the answers', () => answered === readers.length)));
    const answers = await Promise.all(readers);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([1]));
    expect(database.loads).toBe(1);
  });

  it('deliver for each other what a writer who was killed has left', async () => {
    const one = await start();
    await one.write(KEY);
    await one.read(KEY);
    database.write(KEY);
    await one.passing('the replay', () => database.undelivered === 0);
    expect(await one.read(KEY)).toMatchObject({ version: 2 });
    expect(one.cache.counters.outbox.replayed).toBeGreaterThan(0);
  });

  it('forget a key that an operator drops', async () => {
    const [one, two] = [await start(), await start()];
    await one.write(KEY);
    await one.read(KEY);
    await two.read(KEY);
    await one.cache.drop(KEY);
    await eventually('the message', 5_000, () => two.cache.peek(KEY) === undefined);
    expect(await one.read(KEY)).toMatchObject({ source: 'database' });
  });

  it('use no copy of their own when they have heard nothing for a while', async () => {
    const one = await start({ nearOctets: OCTETS, times: { heartbeat: 1_000_000 } });
    await one.write(KEY);
    await one.read(KEY);
    await one.clock.advance(1_000);
    expect(await one.read(KEY)).toMatchObject({ source: 'local' });
    await one.clock.advance(1);
    expect(one.cache.peek(KEY)).toBeUndefined();
    expect(await one.read(KEY)).toMatchObject({ source: 'shared' });
    expect(await one.read(KEY)).toMatchObject({ source: 'local' });
  });

  it('drop all copies when a message makes no sense to them', async () => {
    const one = await start();
    await one.write(KEY);
    await one.read(KEY);
    for (const message of ['not JSON', '{}', 'null']) {
      await redis.command('PUBLISH', `${PREFIX}invalidations`, message);
      await eventually('the message', 5_000, () => one.cache.peek(KEY) === undefined);
      expect(await one.read(KEY)).toMatchObject({ source: 'shared' });
    }
  });

  it('leave nothing in Redis that has no time to live, or another name than theirs', async () => {
    const one = await start();
    const list = { key: 'list', within: ['rows'] };
    await one.write(KEY, 'rows');
    await one.read(KEY);
    await one.read('no such row');
    await one.write('row:2');
    await one.cache.read(list, () => Promise.resolve({ version: 0, body: Buffer.from('[]'), etag: '' }));
    await expect(one.cache.read({ key: 'broken' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const keys = await redis.keys();
    expect(keys.map((key) => key.slice(PREFIX.length)).sort()).toEqual([
      'entry:broken',
      'entry:list',
      'entry:no such row',
      'entry:row:1',
      'entry:row:2',
      'epoch',
      'generation:rows',
      'lease:broken',
    ]);
    for (const key of keys) expect([key, Number(await redis.command('PTTL', key)) > 0]).toEqual([key, true]);
  });

  it('search nowhere in Redis', async () => {
    await redis.command('CONFIG', 'RESETSTAT');
    const one = await start();
    await one.write(KEY, 'rows');
    await one.read(KEY);
    await one.cache.inspect({ key: KEY });
    const stats = String(await redis.command('INFO', 'commandstats'));
    expect(stats).toContain('cmdstat_mget');
    expect(stats).not.toMatch(/cmdstat_(keys|scan|hscan|smembers|flush)/);
  });
});
