import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '#libs/redis';
import { FakeClock } from '#libs/testing';
import { sleep, withDeadline } from '#libs/time';
import type { Entry, Invalidation, Query } from '../src/entry.js';
import { MemoryStore } from '../src/memory/memory-store.js';
import type { Claim, StoreListener } from '../src/store.js';
import { DEFAULT_TIMES } from '../src/times.js';
import { VersionedCache, type VersionedCacheOptions } from '../src/versioned-cache.js';
import { anEntry } from './contract.js';
import { TestDatabase } from './database.js';

const log = pino({ level: 'silent' });
const { ttl, absentTtl, load: LOAD, patience, poll, settle } = DEFAULT_TIMES;
const KEY = 'row:1';

/** A store elsewhere: each answer takes a while, and it may be away. */
class RemoteStore extends MemoryStore {
  delayMs = 0;
  away = false;
  /** Whether other readers of the same key are told that they are not the first. */
  taken = false;
  readonly #clock: FakeClock;
  readonly #listeners: StoreListener[] = [];

  constructor(clock: FakeClock) {
    super({ clock, octets: 1_000_000 });
    this.#clock = clock;
  }

  override listen(listener: StoreListener): void {
    this.#listeners.push(listener);
  }

  override peek(): undefined {
    return undefined;
  }

  override get(query: Query, waitMs = Infinity): Promise<Entry | undefined> {
    return this.#answer(waitMs, async () => {
      const entry = super.peek(query.key);
      return entry && entry.version >= (query.minVersion ?? 0) ? entry : undefined;
    });
  }

  override async claim(query: Query, waitMs = Infinity): Promise<Claim> {
    const { fill } = await this.#answer(waitMs, () => super.claim(query));
    return { first: !this.taken, fill: (entry, ttlMs, wait) => this.#answer(wait, () => fill(entry, ttlMs, wait)) };
  }

  override async invalidate(invalidation: Invalidation): Promise<void> {
    for (const listener of this.#listeners) listener.onInvalidation(invalidation);
    await this.#answer(patience, () => super.invalidate(invalidation));
  }

  async #answer<T>(waitMs: number, work: () => Promise<T>): Promise<T> {
    if (this.away) throw new StoreUnavailableError('away');
    if (this.delayMs === 0) return work();
    try {
      await withDeadline(this.#clock, waitMs, sleep(this.#clock, this.delayMs));
    } catch (error) {
      throw new StoreUnavailableError('slow', { cause: error });
    }
    return work();
  }
}

describe('VersionedCache', () => {
  let clock: FakeClock;
  let database: TestDatabase;
  let cache: VersionedCache;
  beforeEach(() => {
    clock = new FakeClock();
    database = new TestDatabase(clock);
  });
  afterEach(() => cache.stop());

  async function open(options: Partial<VersionedCacheOptions> = {}): Promise<void> {
    const store = new MemoryStore({ clock, octets: 1_000_000 });
    cache = new VersionedCache({ store, outbox: database, clock, log, nearOctets: 0, random: () => 0.5, ...options });
    await cache.start();
  }

  const read = (minVersion = 0, key = KEY) => cache.read({ key, minVersion }, () => database.load(key));

  describe('without room', () => {
    beforeEach(() => open({ store: new MemoryStore({ clock, octets: 0 }) }));

    it('lets those who ask together share one read, which begins when all of them have asked', async () => {
      database.write(KEY);
      const first = read();
      await cache.invalidate(database.write('row:2'));
      const later = [read(), read(0, 'row:2')];
      // Somebody else's, of whom this process has not heard yet.
      database.write(KEY);
      expect(await Promise.all([first, ...later])).toMatchObject([
        { version: 2, source: 'database', stored: false, joined: false },
        { version: 2, joined: true },
        { version: 1, joined: false },
      ]);
      expect(database.loads).toBe(2);
    });

    it('lets nobody join what was read before they asked', async () => {
      let written = 1;
      const list = () => cache.read({ key: 'list' }, async () => anEntry(0, String(written)));
      const first = list();
      await setImmediate();
      written = 2;
      const later = await Promise.all([first, list(), list()]);
      expect(later.map(({ body, joined }) => [String(body), joined])).toEqual([
        ['1', false],
        ['2', false],
        ['2', true],
      ]);
    });
  });

  describe('in memory', () => {
    beforeEach(() => open());

    it('asks the database once, until something changes', async () => {
      const row = database.write(KEY);
      await cache.invalidate(row);
      expect(await read()).toEqual({ ...database.at(KEY), source: 'database', stored: true, joined: false });
      expect(await read()).toEqual({ ...database.at(KEY), source: 'local', stored: false, joined: false });
      await cache.invalidate(database.write(KEY));
      expect(await read()).toMatchObject({ version: 2, source: 'database' });
      expect(database.loads).toBe(2);
    });

    it('lets a thousand readers of a cold key share one look at the database', async () => {
      database.write(KEY);
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => read()));
      expect(database.loads).toBe(1);
      expect(answers.filter(({ joined }) => joined)).toHaveLength(999);
      expect(cache.counters).toMatchObject({ misses: 1, joined: { flights: 999 } });
    });

    it('gives all of them what the database throws, and tries again for the next one', async () => {
      const broken = () => Promise.reject(new Error('gone away'));
      const readers = [1, 2, 3].map(() => cache.read({ key: KEY }, broken));
      for (const reader of readers) await expect(reader).rejects.toThrow('gone away');
      database.write(KEY);
      expect(await read()).toMatchObject({ version: 1 });
    });

    it('does not store what a write has overtaken, and lets nobody join it', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      database.write(KEY);
      database.afterLoad = () => promise;
      const early = read();
      await clock.advance(0);
      await cache.invalidate(database.write(KEY));
      database.afterLoad = () => Promise.resolve();
      expect(await read()).toMatchObject({ version: 2, joined: false });
      resolve();
      expect(await early).toMatchObject({ version: 1, stored: false });
      expect(await read()).toMatchObject({ version: 2, source: 'local' });
      expect(cache.counters.fills).toMatchObject({ stored: 1, void: 1 });
    });

    it('does not store what took too long', async () => {
      database.write(KEY);
      database.afterLoad = () => sleep(clock, LOAD + 1);
      const slow = read();
      await clock.advance(LOAD + 1);
      expect(await slow).toMatchObject({ version: 1, stored: false });
      expect(cache.counters.fills).toMatchObject({ stored: 0, late: 1 });
    });

    it('remembers for a while that there is no such row, until one is made', async () => {
      await read();
      expect(await read()).toMatchObject({ body: undefined, source: 'local' });
      await cache.invalidate(database.write(KEY));
      expect(await read()).toMatchObject({ version: 1, source: 'database' });
      await read(0, 'row:2');
      await clock.advance(absentTtl);
      expect(await read(0, 'row:2')).toMatchObject({ source: 'database' });
    });

    it('asks the database when what is held is older than what the reader has seen', async () => {
      database.write(KEY);
      await read();
      database.write(KEY);
      expect(await read()).toMatchObject({ version: 1, source: 'local' });
      expect(cache.peek(KEY, 2)).toBeUndefined();
      expect(await read(2)).toMatchObject({ version: 2, source: 'database', stored: true });
      expect(await read()).toMatchObject({ version: 2, source: 'local' });
    });

    it('delivers what its writer has not, within the time that is promised', async () => {
      database.write(KEY);
      await read();
      database.write(KEY);
      await clock.advance(poll + settle);
      expect(await read()).toMatchObject({ version: 2 });
      expect(database.undelivered).toBe(0);
      expect(cache.counters.outbox).toMatchObject({ replayed: 2, failed: 0 });
    });

    it('shows and drops a key for an operator', async () => {
      database.write(KEY);
      await read();
      expect(await cache.inspect({ key: KEY })).toMatchObject({ kind: 'value', version: 1, current: true });
      await cache.drop(KEY);
      expect(await cache.inspect({ key: KEY })).toBeUndefined();
      expect(await read()).toMatchObject({ source: 'database' });
    });

    it('counts', async () => {
      await cache.invalidate(database.write(KEY));
      await read();
      await read();
      expect(cache.counters).toEqual({
        hits: { local: 1, shared: 0 },
        misses: 1,
        bypasses: 0,
        joined: { flights: 0, leases: 0 },
        fills: { stored: 1, older: 0, void: 0, full: 0, late: 0, failed: 0 },
        invalidations: { delivered: 1, undelivered: 0, tombstones: 1 },
        outbox: { replayed: 0, lagMs: 0, failed: 0 },
        store: { state: 'closed', opened: 0 },
        held: { entries: 1, octets: expect.any(Number) as number, evicted: 0 },
      });
    });
  });

  it.each([
    [0, 0.8],
    [0.5, 1],
    [1, 1.2],
  ])('lets what was stored together end at different times: %d', async (random, share) => {
    await open({ random: () => random });
    database.write(KEY);
    await read();
    await clock.advance(share * ttl - 1);
    expect(await read()).toMatchObject({ source: 'local' });
    await clock.advance(1);
    expect(await read()).toMatchObject({ source: 'database' });
  });

  describe('over a store elsewhere', () => {
    let store: RemoteStore;
    beforeEach(async () => {
      store = new RemoteStore(clock);
      await open({ store, nearOctets: 1_000_000 });
      database.write(KEY);
    });

    it('keeps a copy of what it was given', async () => {
      await (await store.claim({ key: KEY })).fill(database.at(KEY), ttl, 0);
      expect(await read()).toMatchObject({ version: 1, source: 'shared' });
      expect(await read()).toMatchObject({ version: 1, source: 'local' });
      expect(cache.counters).toMatchObject({ hits: { local: 1, shared: 1 }, held: { entries: 1 } });
      expect(database.loads).toBe(0);
    });

    it('drops its copy when it writes, even if it can tell nobody', async () => {
      await read();
      store.away = true;
      expect(await cache.invalidate(database.write(KEY))).toBe(false);
      expect(await read()).toMatchObject({ version: 2, source: 'database', stored: false });
      expect(cache.counters.invalidations).toEqual({ delivered: 0, undelivered: 1, tombstones: 0 });
      store.away = false;
      await clock.advance(poll + settle);
      expect(database.undelivered).toBe(0);
    });

    it('does without a store that is away', async () => {
      store.away = true;
      expect(await read()).toMatchObject({ version: 1, source: 'database', stored: false });
      expect(await read()).toMatchObject({ version: 1, source: 'database', stored: false });
      expect(cache.counters).toMatchObject({ bypasses: 2, misses: 2, held: { entries: 0 } });
    });

    it('never goes back to an older version, though nobody else knows of the newer one', async () => {
      await (await store.claim({ key: KEY })).fill(database.at(KEY), ttl, 0);
      database.write(KEY);
      store.away = true;
      expect(await read()).toMatchObject({ version: 2 });
      store.away = false;
      expect(await read()).toMatchObject({ version: 2 });
    });

    it('drops a copy that is older than what a reader was given', async () => {
      await read();
      database.write(KEY);
      store.away = true;
      expect(await read(2)).toMatchObject({ version: 2, stored: false });
      expect(cache.peek(KEY)).toBeUndefined();
    });

    it.each([
      ['frozen', 10_000, patience],
      ['slow', 30, patience],
      ['slow, but not too slow', 15, 3 * 15],
    ])('lets a request lose no more than its patience to one that is %s', async (_name, delayMs, lost) => {
      store.delayMs = delayMs;
      const reader = read();
      let answered = Infinity;
      void reader.then(() => (answered = clock.monotonic()));
      await clock.advance(10_000);
      expect(await reader).toMatchObject({ version: 1, source: 'database' });
      expect(answered).toBe(lost);
      await clock.advance(patience);
    });

    it('waits for the first reader of a cold key, in whatever process', async () => {
      store.taken = true;
      const reader = read();
      await clock.advance(10);
      await (await store.claim({ key: KEY })).fill(database.at(KEY), ttl, 0);
      await clock.advance(100);
      expect(await reader).toMatchObject({ version: 1, source: 'shared' });
      expect(database.loads).toBe(0);
      expect(cache.counters.joined.leases).toBe(1);
    });

    it('reads for itself when the first reader does not come back', async () => {
      store.taken = true;
      const reader = read();
      await clock.advance(1_000);
      expect(await reader).toMatchObject({ version: 1, source: 'database', stored: true });
    });

    it('does not hide a mistake in the program', async () => {
      store.get = () => Promise.reject(new TypeError('a mistake'));
      await expect(read()).rejects.toThrow('a mistake');
      store.invalidate = () => Promise.reject(new TypeError('a mistake'));
      await expect(cache.invalidate(database.write(KEY))).rejects.toThrow('a mistake');
    });
  });

  it('gives the octets as they were loaded', async () => {
    await open();
    const entry = anEntry(3, 'octets');
    await cache.read({ key: KEY }, () => Promise.resolve(entry));
    expect(cache.peek(KEY)).toEqual(entry);
  });
});
