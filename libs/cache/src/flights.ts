import type { Clock } from '#libs/time';
import type { Invalidation, Query } from './entry.js';

/** A query whose answer is on its way. */
export interface Flight {
  readonly query: Query;
  /** By the monotonic clock. */
  readonly since: number;
  /** A write came in between: whoever waits may have the answer, as they asked before, but nobody may keep it. */
  void: boolean;
}

interface Running<T> extends Flight {
  /** Undefined once it has ended. */
  answer: Promise<T> | undefined;
}

/**
 * Single flight: who asks for what somebody is fetching already waits for the same answer, unless that was begun before a write that
 * has been heard of since.
 */
export class Flights<T> {
  readonly #clock: Clock;
  readonly #longest: number;
  readonly #running = new Set<Running<T>>();
  readonly #joinable = new Map<string, Running<T>>();
  #joined = 0;

  /** @param longest a flight that began more milliseconds ago is joined by nobody: a write may have come that was not heard of */
  constructor(clock: Clock, longest: number) {
    this.#clock = clock;
    this.#longest = longest;
  }

  /** How many have joined somebody else's. */
  get joined(): number {
    return this.#joined;
  }

  /** Joins a flight or begins one. @returns the answer, and whether it is that of a flight which was joined */
  join(query: Query, fetch: (flight: Flight) => Promise<T>): { answer: Promise<T>; joined: boolean } {
    const now = this.#clock.monotonic();
    const flight = this.#joinable.get(query.key);
    if (flight?.answer && versionOf(flight.query) >= versionOf(query) && now - flight.since <= this.#longest) {
      this.#joined++;
      return { answer: flight.answer, joined: true };
    }
    return { answer: this.#begin({ query, since: now, void: false, answer: undefined }, fetch), joined: false };
  }

  onInvalidation({ rows, generations }: Invalidation): void {
    for (const flight of this.#running) {
      const { key, within = [] } = flight.query;
      const isTouched = rows.some((row) => row.key === key) || within.some((name) => generations.includes(name));
      if (isTouched) this.#void(flight);
    }
  }

  onGap(): void {
    for (const flight of this.#running) this.#void(flight);
  }

  #begin(flight: Running<T>, fetch: (flight: Flight) => Promise<T>): Promise<T> {
    this.#running.add(flight);
    this.#joinable.set(flight.query.key, flight);
    return (flight.answer = this.#land(flight, fetch));
  }

  async #land(flight: Running<T>, fetch: (flight: Flight) => Promise<T>): Promise<T> {
    try {
      return await fetch(flight);
    } finally {
      this.#end(flight);
    }
  }

  #void(flight: Running<T>): void {
    flight.void = true;
    this.#leave(flight);
  }

  #end(flight: Running<T>): void {
    // V8 chains the tables that a Set and a Map have outgrown. What these held may live until the old generation is collected: the answers should not.
    flight.answer = undefined;
    this.#running.delete(flight);
    this.#leave(flight);
  }

  #leave(flight: Running<T>): void {
    const { key } = flight.query;
    if (this.#joinable.get(key) === flight) this.#joinable.delete(key);
  }
}

/** The version that whoever asks so must get at least. */
function versionOf({ minVersion = 0 }: Query): number {
  return minVersion;
}
