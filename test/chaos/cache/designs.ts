import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { newCache, type Answer, type CacheSettings, type Entry, type Load, type OutboxRow } from '#libs/cache';
import type { BlogCache } from '../../../apps/blog/src/caching/blog-cache.js';
import type { Ledger } from '../../../apps/blog/src/caching/ledger.js';

/** Ours, and the usual ones, which the harness must find fault with: else it would see nothing. */
export const DESIGNS = {
  ours: 'claims, tombstones, outbox',
  A: 'write the database, then set the cache',
  B: 'delete from the cache, then write the database',
  C: 'write the database, then delete from the cache',
  D: 'as C, and delete again half a second later',
} as const;

export type Design = keyof typeof DESIGNS;

/**
 * How long ours keeps older versions out, and how long a reader may take to store: shorter than by default, in the same proportion, so
 * that a run can have a reader who sleeps longer than both.
 */
const TIMES = { tombstone: 3_000, load: 500 };

const TTL_SECONDS = 300;
const DELAY_MS = 500;

/** The cache of a design, as the blog asks for it. */
export function makeDesign(design: Design, settings: CacheSettings): BlogCache {
  if (design === 'ours') return newCache({ ...settings, times: TIMES });
  return new PlainCache(design, settings);
}

/** Cache-aside over a Redis that is well. Lists are not kept: what goes wrong with rows is enough. */
class PlainCache implements BlogCache {
  readonly #design: Design;
  readonly #redis: Redis;
  readonly #prefix: string;
  /** How each row was read last: by this A gets its new value. */
  readonly #loads = new Map<string, Load>();

  constructor(design: Design, { url, prefix, outbox }: CacheSettings) {
    this.#design = design;
    this.#prefix = prefix;
    this.#redis = new Redis(url, { lazyConnect: true });
    if (design === 'B') this.#deleteBeforeCommit(outbox as Ledger);
  }

  get counters(): BlogCache['counters'] {
    throw new Error('a design of the tests counts nothing');
  }

  start(): Promise<void> {
    return this.#redis.connect();
  }

  async stop(): Promise<void> {
    this.#redis.disconnect();
  }

  peek(): undefined {
    return undefined;
  }

  async read({ key }: { key: string }, load: Load): Promise<Answer> {
    const held = key.startsWith('list:') ? undefined : await this.#get(key);
    if (held) return { ...held, source: 'shared', stored: false, joined: false };
    this.#loads.set(key, load);
    const entry = await load();
    await this.#set(key, entry);
    return { ...entry, source: 'database', stored: true, joined: false };
  }

  async invalidate({ invalidation: { rows } }: Omit<OutboxRow, 'ageMs'>): Promise<boolean> {
    for (const { key } of rows) await this.#afterCommit(key);
    return true;
  }

  async #afterCommit(key: string): Promise<void> {
    if (this.#design === 'B') return;
    const load = this.#loads.get(key);
    if (this.#design === 'A' && load) return this.#set(key, await load());
    await this.#delete(key);
    if (this.#design === 'D') void sleep(DELAY_MS).then(() => this.#delete(key));
  }

  #deleteBeforeCommit(ledger: Ledger): void {
    const record = ledger.record.bind(ledger);
    ledger.record = async (transaction, invalidation) => {
      const id = await record(transaction, invalidation);
      for (const { key } of invalidation.rows) await this.#delete(key);
      return id;
    };
  }

  async #get(key: string): Promise<Entry | undefined> {
    const text = await this.#redis.get(this.#prefix + key);
    if (text === null) return undefined;
    const { version, body, etag } = JSON.parse(text) as { version: number; body: string; etag: string };
    return { version, body: Buffer.from(body), etag };
  }

  async #set(key: string, { version, body, etag }: Entry): Promise<void> {
    const text = JSON.stringify({ version, body: String(body), etag });
    await this.#redis.set(this.#prefix + key, text, 'EX', TTL_SECONDS);
  }

  async #delete(key: string): Promise<void> {
    await this.#redis.del(this.#prefix + key);
  }
}
