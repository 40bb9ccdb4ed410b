import { setImmediate } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import { StoreUnavailableError } from '#libs/redis';
import { sleep, type Clock } from '#libs/time';
import { Tally, type CacheCounters } from './counters.js';
import type { Entry, Load, Query } from './entry.js';
import { Flights, type Flight } from './flights.js';
import { Floors } from './floors.js';
import { NearCache } from './near-cache.js';
import type { Outbox, OutboxRow } from './outbox.js';
import { Patience } from './patience.js';
import { Replayer } from './replayer.js';
import type { CacheStore, Claim, Inspection } from './store.js';
import { DEFAULT_TIMES, jittered, type CacheTimes } from './times.js';

export interface VersionedCacheOptions {
  readonly store: CacheStore;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Logger;
  /** The most octets that this process keeps of a store elsewhere; 0 for a store in this process. */
  readonly nearOctets: number;
  readonly times?: Partial<CacheTimes>;
  /** 0 <= x < 1, for spreading what expires; `Math.random` unless a test needs to know. */
  readonly random?: () => number;
}

/** An entry and where it came from. */
export interface Answer extends Entry {
  readonly source: 'local' | 'shared' | 'database';
  /** Whether it was stored, when it came from the database. */
  readonly stored: boolean;
  /** Whether another reader had asked for it already. */
  readonly joined: boolean;
}

/** Looks for what another process is reading, after these milliseconds each. */
const LOOK_AFTER_MS = [0, 5, 10, 20, 40, 80];

/**
 * Keeps answers in front of a database, and never contradicts it for longer than it says.
 *
 * ```text
 * read:   this process -> store -> claim -> database -> fill, if nothing happened since the claim
 * write:  transaction (row with version + 1, outbox row) -> invalidate -> answer
 * ```
 */
export class VersionedCache {
  readonly #store: CacheStore;
  readonly #clock: Clock;
  readonly #times: CacheTimes;
  readonly #random: () => number;
  readonly #near: NearCache | undefined;
  readonly #flights: Flights<Answer>;
  readonly #floors = new Floors();
  readonly #replayer: Replayer;
  readonly #tally = new Tally();
  /** Until all that came in this turn of the event loop has been looked at. One for all who wait: one each would cost 1 µs. */
  #turn: Promise<unknown> | undefined;

  constructor({ store, outbox, clock, log, nearOctets, times, random = Math.random }: VersionedCacheOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#times = { ...DEFAULT_TIMES, ...times };
    this.#random = random;
    this.#near = nearOctets > 0 ? new NearCache(clock, nearOctets) : undefined;
    this.#flights = new Flights(clock, this.#times.silence);
    const deliver = store.invalidate.bind(store);
    this.#replayer = new Replayer({ outbox, deliver, clock, log, times: this.#times });
    if (this.#near) store.listen(this.#near);
    store.listen(this.#flights);
  }

  get counters(): CacheCounters {
    const { local, shared, misses, bypasses, leases, delivered, undelivered, tombstones, fills } = this.#tally;
    return {
      hits: { local, shared },
      misses,
      bypasses,
      joined: { flights: this.#flights.joined, leases },
      fills: { ...fills },
      invalidations: { delivered, undelivered, tombstones },
      outbox: this.#replayer.counters,
      store: { state: this.#store.state, opened: this.#store.opened },
      held: this.#near?.counters ?? this.#store.held,
    };
  }

  /** Begins to use the store as soon as it can be reached and has heard what is in the outbox; waits for neither. */
  async start(): Promise<void> {
    await this.#store.start(() => this.#replayer.replayAll());
    this.#replayer.start();
  }

  async stop(): Promise<void> {
    await this.#replayer.stop();
    await this.#store.stop();
  }

  /** What this process itself holds, without waiting: for the hot path, before `read`. */
  peek(key: string, minVersion = 0): Entry | undefined {
    const held = this.#store.peek(key) ?? (this.#near && this.#store.inTouch ? this.#near.get(key) : undefined);
    if (!held || held.version < minVersion) return undefined;
    this.#tally.local++;
    return held;
  }

  /**
   * The answer to a query, from wherever it is quickest. A store that is away costs a request `times.patience` milliseconds once.
   *
   * @param load is called when no answer is held that is new enough; what it throws, all who wait for it get
   */
  async read(query: Query, load: Load): Promise<Answer> {
    const held = this.peek(query.key, query.minVersion);
    if (held) return { ...held, source: 'local', stored: false, joined: false };
    const minVersion = Math.max(query.minVersion ?? 0, this.#floors.of(query.key));
    const { answer, joined } = this.#flights.join({ ...query, minVersion }, (flight) => this.#fetch(flight, load));
    return joined ? { ...(await answer), joined } : answer;
  }

  /**
   * Tells everybody what a write has changed: after its commit, before it is answered. Never rejects, as the write stands: what cannot
   * be delivered now is delivered from the outbox.
   *
   * @param row as the transaction has put it into the outbox
   * @returns whether it was delivered
   */
  async invalidate({ id, invalidation }: Omit<OutboxRow, 'ageMs'>): Promise<boolean> {
    try {
      await this.#store.invalidate(invalidation);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#tally.undelivered++;
      return false;
    }
    this.#tally.delivered++;
    this.#tally.tombstones += invalidation.rows.length;
    this.#replayer.delivered(id);
    return true;
  }

  /** Forgets a key, everywhere. @throws StoreUnavailableError */
  drop(key: string): Promise<void> {
    return this.#store.drop(key);
  }

  /** What the store holds for a query, without reading the database. @throws StoreUnavailableError */
  look(query: Query): Promise<Entry | undefined> {
    return this.#store.get(query, this.#times.patience);
  }

  /** What the store knows of a key. @throws StoreUnavailableError */
  inspect(query: Query): Promise<Inspection | undefined> {
    return this.#store.inspect(query);
  }

  #fetch(flight: Flight, load: Load): Promise<Answer> {
    return this.#store.hasRoom ? this.#fetchThrough(flight, load) : this.#fetchTogether(flight, load);
  }

  /**
   * Where nothing is held, those who ask in one turn of the event loop share one read, which begins when all of them have asked. A database in
   * this process answers within the turn: nobody could join otherwise, each would read the same again, and nobody joins later.
   */
  async #fetchTogether(flight: Flight, load: Load): Promise<Answer> {
    this.#turn ??= setImmediate().then(() => (this.#turn = undefined));
    await this.#turn;
    return this.#load(flight, load);
  }

  async #fetchThrough(flight: Flight, load: Load): Promise<Answer> {
    const patience = new Patience(this.#clock, this.#times.patience);
    const held = await this.#get(flight.query, patience);
    if (held) return this.#hit(flight, held);
    const claim = await patience.spend((waitMs) => this.#store.claim(flight.query, waitMs));
    if (!claim) this.#tally.bypasses++;
    else if (!claim.first) {
      const entry = await this.#awaitFirst(flight.query, patience);
      if (entry) return this.#hit(flight, entry);
    }
    return this.#load(flight, load, claim && ((entry) => this.#fill(flight, entry, claim, patience)));
  }

  async #load(flight: Flight, load: Load, fill?: (entry: Entry) => Promise<boolean>): Promise<Answer> {
    const entry = await load();
    this.#tally.misses++;
    const stored = fill !== undefined && (await fill(entry));
    if (!stored) this.#raiseFloor(flight.query.key, entry.version);
    return { ...entry, source: 'database', stored, joined: false };
  }

  #get(query: Query, patience: Patience): Promise<Entry | undefined> {
    return patience.spend((waitMs) => this.#store.get(query, waitMs));
  }

  #hit(flight: Flight, entry: Entry): Answer {
    this.#tally.shared++;
    this.#keep(flight, entry);
    return { ...entry, source: 'shared', stored: false, joined: false };
  }

  /** Waits for what the first reader of a cold key stores, in whatever process. */
  async #awaitFirst(query: Query, patience: Patience): Promise<Entry | undefined> {
    for (const ms of LOOK_AFTER_MS) {
      if (ms > 0) await sleep(this.#clock, ms);
      const entry = await this.#get(query, patience);
      if (entry) this.#tally.leases++;
      if (entry || patience.isOver) return entry;
    }
    return undefined;
  }

  async #fill(flight: Flight, entry: Entry, claim: Claim, patience: Patience): Promise<boolean> {
    const isLate = this.#clock.monotonic() - flight.since > this.#times.load;
    const ttl = jittered(entry.body ? this.#times.ttl : this.#times.absentTtl, this.#random);
    const result = isLate ? 'late' : await patience.spend((waitMs) => claim.fill(entry, ttl, waitMs));
    this.#tally.fills[result ?? 'failed']++;
    if (result === 'stored') this.#keep(flight, entry);
    return result === 'stored';
  }

  /** Remembers what a reader is given although nobody else may know of it. */
  #raiseFloor(key: string, version: number): void {
    this.#floors.raise(key, version);
    this.#near?.onInvalidation({ rows: [{ key, version }], generations: [] });
  }

  #keep(flight: Flight, entry: Entry): void {
    const { nearTtl, absentTtl } = this.#times;
    if (!flight.void) this.#near?.put(flight.query, entry, entry.body ? nearTtl : Math.min(nearTtl, absentTtl));
  }
}
