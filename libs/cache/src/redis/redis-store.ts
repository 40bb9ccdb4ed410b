import { randomBytes } from 'node:crypto';
import type { Logger } from '#libs/observability';
import { GuardedRedis, MemoryFullError, type BreakerState, type ServerFacts } from '#libs/redis';
import type { Clock, Timer } from '#libs/time';
import type { Entry, Invalidation, Query } from '../entry.js';
import type { CacheStore, Claim, FillResult, Inspection, StoreListener } from '../store.js';
import { DEFAULT_TIMES, type CacheTimes } from '../times.js';
import { adviceFor } from './advice.js';
import { keysUnder, type Keys } from './keys.js';
import { SCRIPTS, type Client } from './scripts.js';
import { buildValue, describeValue, parseValue } from './value.js';

export interface RedisStoreOptions {
  /** `redis://:password@host:6379/0` */
  readonly url: string;
  /** What all names in Redis begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times?: Partial<CacheTimes>;
}

/** Much longer than any entry that belongs to it: a generation that is forgotten takes them along. */
const GENERATION_TTL_MS = 24 * 3_600_000;

const NOWHERE: readonly string[] = [];

/**
 * A store in Redis, for all processes. Values of an earlier run of the server are never used: one that restarts from an old snapshot, or
 * a replica that takes over, has another run id, and so another epoch.
 */
export class RedisStore implements CacheStore {
  readonly hasRoom = true;
  readonly held = { entries: 0, octets: 0, evicted: 0 };
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #times: CacheTimes;
  readonly #keys: Keys;
  readonly #redis: GuardedRedis<Client>;
  readonly #listeners = new Set<StoreListener>();
  #beforeUse: () => Promise<void> = () => Promise.resolve();
  #runId = '';
  #advice: string | undefined;
  #heartbeat: Timer | undefined;

  constructor({ url, prefix, clock, log, times }: RedisStoreOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#times = { ...DEFAULT_TIMES, ...times };
    this.#keys = keysUnder(prefix);
    this.#redis = new GuardedRedis<Client>({
      ...{ url, scripts: SCRIPTS, clock, log, patience: this.#times.patience },
      onMessage: (message) => this.#hear(message),
      recover: (facts) => this.#recover(facts),
      without: 'the cache does without Redis',
      using: 'the cache uses Redis',
    });
  }

  get state(): BreakerState {
    return this.#redis.state;
  }

  get opened(): number {
    return this.#redis.opened;
  }

  get inTouch(): boolean {
    return this.state === 'closed' && this.#clock.monotonic() - this.#redis.heardAt <= this.#times.silence;
  }

  async start(beforeUse: () => Promise<void>): Promise<void> {
    this.#beforeUse = beforeUse;
    this.#heartbeat = this.#clock.every(this.#times.heartbeat, () => void this.#beat());
    this.#redis.start();
  }

  async stop(): Promise<void> {
    this.#heartbeat?.cancel();
    this.#redis.stop();
  }

  listen(listener: StoreListener): void {
    this.#listeners.add(listener);
  }

  peek(): undefined {
    return undefined;
  }

  async get(query: Query, waitMs: number): Promise<Entry | undefined> {
    const [value, stamp] = await this.#fetch(query, waitMs);
    const entry = value ? parseValue(value, stamp) : undefined;
    return entry && entry.version >= (query.minVersion ?? 0) ? entry : undefined;
  }

  async claim(query: Query, waitMs: number): Promise<Claim> {
    const { load, lease } = this.#times;
    const { minVersion = 0 } = query;
    const keys = this.#keysOf(query);
    const values = [newNonce(), this.#runId, load, lease, GENERATION_TTL_MS, minVersion];
    const command = (redis: Client) => redis.cacheClaim(keys.length, ...keys, ...values);
    const [nonce, stamp, first] = await this.#redis.send(command, waitMs);
    const fill: Claim['fill'] = (entry, ttlMs, wait) => this.#fill(keys, { nonce, stamp }, entry, ttlMs, wait);
    return { first: first === 1, fill };
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    this.#tell(invalidation);
    const { rows, generations } = invalidation;
    const keys = [
      ...rows.map(({ key }) => this.#keys.entry(key)),
      ...generations.map((name) => this.#keys.generation(name)),
    ];
    const { tombstone } = this.#times;
    const message = JSON.stringify(invalidation);
    const versions = rows.map(({ version }) => version);
    await this.#redis.deliver((redis) =>
      redis.cacheInvalidate(keys.length, ...keys, newNonce(), tombstone, this.#keys.channel, message, ...versions),
    );
    this.#tell(invalidation);
  }

  async drop(key: string): Promise<void> {
    const message = JSON.stringify({ rows: [{ key, version: Number.MAX_SAFE_INTEGER }], generations: [] });
    await this.#redis.send((redis) => redis.cacheDrop(1, this.#keys.entry(key), this.#keys.channel, message));
  }

  async inspect(query: Query): Promise<Inspection | undefined> {
    const [value, stamp] = await this.#fetch(query, this.#times.patience);
    const ttlMs = await this.#redis.send((redis) => redis.pttl(this.#keys.entry(query.key)));
    return value ? { ...describeValue(value, stamp), ttlMs } : undefined;
  }

  /** What is stored for a key, and the stamp that it must have to be of use: none while an epoch or a generation is missing. */
  async #fetch(query: Query, waitMs: number): Promise<[value: Buffer | null, stamp: string | undefined]> {
    const [key, , ...rest] = this.#keysOf(query);
    const [value = null, ...nonces] = await this.#redis.send((redis) => redis.mgetBuffer(key!, ...rest), waitMs);
    if (!nonces.every((nonce) => nonce !== null)) return [value, undefined];
    const stamp = nonces.map((nonce) => nonce.toString('latin1')).join('.');
    return [value, stamp.startsWith(this.#runId) ? stamp : undefined];
  }

  async #fill(
    keys: readonly string[],
    { nonce, stamp }: { nonce: string; stamp: string },
    entry: Entry,
    ttlMs: number,
    waitMs: number,
  ): Promise<FillResult> {
    const value = buildValue(entry, nonce, stamp);
    try {
      const values = [nonce, stamp, entry.version, value, ttlMs, GENERATION_TTL_MS];
      return await this.#redis.send((redis) => redis.cacheFill(keys.length, ...keys, ...values), waitMs);
    } catch (error) {
      if (error instanceof MemoryFullError) return 'full';
      throw error;
    }
  }

  /** Entry, lease, epoch, generations: the order in which the scripts want them. */
  #keysOf({ key, within = NOWHERE }: Query): string[] {
    const generations = within.map((name) => this.#keys.generation(name));
    return [this.#keys.entry(key), this.#keys.lease(key), this.#keys.epoch, ...generations];
  }

  async #recover(facts: ServerFacts): Promise<void> {
    await this.#redis.deliver((redis) => redis.subscribe(this.#keys.channel));
    this.#runId = facts.runId;
    const advice = adviceFor(facts);
    if (advice !== undefined && advice !== this.#advice) this.#log.warn(advice);
    this.#advice = advice;
    for (const listener of this.#listeners) listener.onGap();
    await this.#beforeUse();
  }

  /** Keeps `inTouch` true, and finds out about a server that is away before a request does. */
  async #beat(): Promise<void> {
    if (this.state !== 'closed') return;
    await this.#redis.send((redis) => redis.ping()).catch(() => {});
  }

  #hear(message: Buffer): void {
    const invalidation = parseMessage(message);
    if (invalidation) this.#tell(invalidation);
    else for (const listener of this.#listeners) listener.onGap();
  }

  #tell(invalidation: Invalidation): void {
    for (const listener of this.#listeners) listener.onInvalidation(invalidation);
  }
}

/** What was published; undefined for what another version of this program may mean by it. */
function parseMessage(message: Buffer): Invalidation | undefined {
  try {
    const { rows, generations } = JSON.parse(message.toString()) as Partial<Invalidation>;
    return Array.isArray(rows) && Array.isArray(generations) ? { rows, generations } : undefined;
  } catch {
    return undefined;
  }
}

/** Made anew for each claim and invalidation: 96 random bits, 16 letters. */
function newNonce(): string {
  return randomBytes(12).toString('base64url');
}
