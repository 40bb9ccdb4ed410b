import type { Clock } from '#libs/time';
import type { Entry, Invalidation, Query } from './entry.js';
import { detached, octetsOf } from './held.js';
import { OctetMap } from './octet-map.js';
import type { HeldCounters, StoreListener } from './store.js';

interface Held {
  readonly entry: Entry;
  readonly within: readonly string[];
  /** By the monotonic clock. */
  readonly expires: number;
  readonly octets: number;
}

/** A copy, in this process, of what was read most from a store elsewhere. Good as long as every invalidation is heard of. */
export class NearCache implements StoreListener {
  readonly #clock: Clock;
  readonly #held: OctetMap<Held>;
  readonly #members = new Map<string, Set<string>>();

  /** @param octets the most that it holds */
  constructor(clock: Clock, octets: number) {
    this.#clock = clock;
    this.#held = new OctetMap(octets, (key, held) => this.#leave(key, held));
  }

  get counters(): HeldCounters {
    return this.#held.counters;
  }

  get(key: string): Entry | undefined {
    const held = this.#held.get(key);
    if (!held) return undefined;
    if (held.expires > this.#clock.monotonic()) return held.entry;
    this.#remove(key);
    return undefined;
  }

  /** @param ttlMs how long it is good for, in milliseconds */
  put({ key, within = [] }: Query, entry: Entry, ttlMs: number): void {
    const present = this.get(key);
    if (present && present.version > entry.version) return;
    this.#remove(key);
    const expires = this.#clock.monotonic() + ttlMs;
    if (!this.#held.set(key, { entry: detached(entry), within, expires, octets: octetsOf(key, within, entry) })) return;
    for (const name of within) this.#membersOf(name).add(key);
  }

  onInvalidation({ rows, generations }: Invalidation): void {
    for (const { key, version } of rows) {
      const held = this.#held.get(key);
      if (held && held.entry.version < version) this.#remove(key);
    }
    for (const name of generations) {
      for (const key of this.#members.get(name) ?? []) this.#remove(key);
    }
  }

  onGap(): void {
    this.#held.clear();
    this.#members.clear();
  }

  #remove(key: string): void {
    const held = this.#held.delete(key);
    if (held) this.#leave(key, held);
  }

  #leave(key: string, { within }: Held): void {
    for (const name of within) {
      const members = this.#members.get(name);
      members?.delete(key);
      if (members?.size === 0) this.#members.delete(name);
    }
  }

  #membersOf(name: string): Set<string> {
    const members = this.#members.get(name) ?? new Set();
    this.#members.set(name, members);
    return members;
  }
}
