import { StoreUnavailableError } from '#libs/redis';
import type { Entry, Invalidation, Query } from '../../src/entry.js';
import type { MemoryStore } from '../../src/memory/memory-store.js';
import type { CacheStore, Claim, StoreListener } from '../../src/store.js';
import type { Turn } from './database.js';

/** The server that all processes of a run share: a store whose messages travel to each of them on their own. */
export class ModelServer {
  readonly links = new Set<SharedStore>();

  constructor(
    readonly store: MemoryStore,
    readonly turn: Turn,
  ) {}

  publish(invalidation: Invalidation, from: SharedStore): void {
    for (const link of this.links) if (link !== from) void link.deliver(invalidation);
  }
}

/** One process's way to the server: every request and every reply is under way for a while, and the line may be cut. */
export class SharedStore implements CacheStore {
  readonly hasRoom = true;
  readonly held = { entries: 0, octets: 0, evicted: 0 };
  readonly opened = 0;
  readonly #server: ModelServer;
  readonly #listeners = new Set<StoreListener>();
  #beforeUse: () => Promise<void> = () => Promise.resolve();
  #state: CacheStore['state'] = 'closed';
  /** Counts the times that the line was cut: what was sent before is lost. */
  #cuts = 0;

  constructor(server: ModelServer) {
    this.#server = server;
    server.links.add(this);
  }

  get state(): CacheStore['state'] {
    return this.#state;
  }

  get inTouch(): boolean {
    return this.#state === 'closed';
  }

  async start(beforeUse: () => Promise<void>): Promise<void> {
    this.#beforeUse = beforeUse;
  }

  async stop(): Promise<void> {}

  listen(listener: StoreListener): void {
    this.#listeners.add(listener);
  }

  cut(): void {
    this.#cuts++;
    this.#state = 'open';
  }

  /** As a breaker does: first what was missed, then use. @returns whether it is used again */
  async heal(): Promise<boolean> {
    if (this.#state !== 'open') return false;
    this.#state = 'half-open';
    const cuts = this.#cuts;
    for (const listener of this.#listeners) listener.onGap();
    await this.#beforeUse().catch(() => {});
    if (this.#cuts !== cuts) return false;
    this.#state = 'closed';
    return true;
  }

  peek(): undefined {
    return undefined;
  }

  get(query: Query): Promise<Entry | undefined> {
    return this.#send('get', () => this.#server.store.get(query));
  }

  async claim(query: Query): Promise<Claim> {
    const { first, fill } = await this.#send('claim', () => this.#server.store.claim(query));
    return {
      first,
      fill: (entry, ttl, wait) => this.#send(`fill ${entry.version}`, () => fill(entry, ttl, wait)),
    };
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    this.#tell(invalidation);
    await this.#send('invalidate', async () => {
      await this.#server.store.invalidate(invalidation);
      this.#server.publish(invalidation, this);
    });
    this.#tell(invalidation);
  }

  drop(key: string): Promise<void> {
    return this.#server.store.drop(key);
  }

  inspect(query: Query) {
    return this.#server.store.inspect(query);
  }

  async deliver(invalidation: Invalidation): Promise<void> {
    const cuts = this.#cuts;
    await this.#server.turn('message');
    if (this.#cuts === cuts) this.#tell(invalidation);
  }

  #tell(invalidation: Invalidation): void {
    for (const listener of this.#listeners) listener.onInvalidation(invalidation);
  }

  async #send<T>(label: string, work: () => Promise<T>): Promise<T> {
    const isUsable = this.#state === 'closed' || (this.#state === 'half-open' && label === 'invalidate');
    if (!isUsable) throw new StoreUnavailableError('cut');
    const cuts = this.#cuts;
    await this.#server.turn(label);
    if (this.#cuts !== cuts) throw new StoreUnavailableError('cut on the way there');
    const result = await work();
    await this.#server.turn(`${label} done`);
    if (this.#cuts !== cuts) throw new StoreUnavailableError('cut on the way back');
    return result;
  }
}
