import { pino } from 'pino';
import { eventually, FakeClock, type TestRedis } from '#libs/testing';
import { systemClock } from '#libs/time';
import type { Outbox } from '../src/outbox.js';
import { RedisStore, type RedisStoreOptions } from '../src/redis/redis-store.js';
import { VersionedCache, type Answer } from '../src/versioned-cache.js';
import type { TestDatabase } from './database.js';

export const PREFIX = 'test:';

/** Nobody waits for a line of it. */
const silent = pino({ level: 'silent' });

/** A store that uses a real server, once it does. */
export async function openRedisStore(redis: TestRedis, options: Partial<RedisStoreOptions> = {}): Promise<RedisStore> {
  const store = new RedisStore({ url: redis.url, prefix: PREFIX, clock: systemClock, log: silent, ...options });
  await store.start(() => Promise.resolve());
  await eventually('the store', 10_000, () => store.state === 'closed');
  return store;
}

export interface ProcessOptions extends Partial<Omit<RedisStoreOptions, 'clock'>> {
  /** Instead of the database's. */
  readonly outbox?: Outbox;
  readonly nearOctets?: number;
}

/**
 * What a process of an application holds, over a real server. Its clock stands still unless a test moves it, so that it is the test that
 * says how long a frozen server was waited for.
 */
export class TestProcess {
  readonly clock = new FakeClock();
  readonly cache: VersionedCache;
  readonly #database: TestDatabase;

  constructor(
    redis: TestRedis,
    database: TestDatabase,
    { outbox = database, nearOctets = 0, ...options }: ProcessOptions = {},
  ) {
    const { clock } = this;
    const { log = silent, times = {} } = options;
    const store = new RedisStore({ url: redis.url, prefix: PREFIX, ...options, clock, log });
    this.cache = new VersionedCache({ store, outbox, clock, log, nearOctets, times });
    this.#database = database;
  }

  get state(): string {
    return this.cache.counters.store.state;
  }

  /** Starts it, and waits until it uses the server. */
  async start(): Promise<this> {
    await this.cache.start();
    await this.recovered();
    return this;
  }

  stop(): Promise<void> {
    return this.cache.stop();
  }

  /** Waits until it uses the server, and lets its time pass meanwhile. */
  async recovered(): Promise<void> {
    await eventually('a process that uses Redis', 10_000, async () => {
      if (this.state === 'closed') return true;
      await this.clock.advance(100);
      return false;
    });
  }

  /** Waits until it has found out that the server is away. */
  async tripped(): Promise<void> {
    await eventually('a process that does without Redis', 10_000, () => this.state === 'open');
  }

  /** Lets time pass, no faster than the server answers, until `done` holds. */
  async passing(what: string, done: () => boolean): Promise<void> {
    await eventually(what, 20_000, async () => {
      if (done()) return true;
      await this.clock.advance(10);
      return false;
    });
  }

  read(key: string, minVersion = 0): Promise<Answer> {
    return this.cache.read({ key, minVersion }, () => this.#database.load(key));
  }

  /** Writes the next version of a row, and tells everybody. @returns whether that was possible */
  write(key: string, ...generations: string[]): Promise<boolean> {
    return this.cache.invalidate(this.#database.write(key, ...generations));
  }
}
