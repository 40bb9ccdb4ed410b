import type { Clock, Timer } from '#libs/time';
import type { Catalog } from './catalog.js';
import type { Revision } from './model.js';
import type { CatalogEvent } from './touch.js';

/**
 * A part of the catalog that somebody can watch: one service (its instances, their checks and nodes), one node and what is on it,
 * all nodes, which services there are, or everything.
 */
export type Topic = `service:${string}` | `node:${string}` | 'nodes' | 'services' | 'all';

/** How many waiters are woken in one go, so that a change that thousands wait for does not hold up everything else. */
const SLICE = 200;

/** The latest revision that changed what `topic` names. */
export function revisionOf(catalog: Catalog, topic: Topic): Revision {
  if (topic.startsWith('service:')) return catalog.serviceRevision(topic.slice('service:'.length));
  if (topic.startsWith('node:')) return catalog.nodeRevision(topic.slice('node:'.length));
  if (topic === 'nodes') return catalog.nodesRevision;
  if (topic === 'services') return Math.max(catalog.instancesRevision, catalog.nodesRevision);
  return catalog.revision;
}

/** Somebody who waits for news. */
export interface Waiter {
  readonly topic: Topic;
  /** The revision that is no news. */
  readonly known: Revision;
  /** How long to wait at most, in milliseconds. Waiters share a timer if they wait equally long, so a few values are best. */
  readonly ms: number;
  /** Called once: when there are news, when the time is over, or when the watches close. It looks for itself which it was. */
  wake(): void;
}

/** Waiters with equally long times, in the order in which these end. */
interface Expiry {
  readonly deadlines: Map<Waiter, number>;
  timer: Timer;
}

/**
 * Callers who wait until a part of the catalog is newer than what they know. A waiter is an entry in two maps and no promise and no
 * timer of its own: there may be tens of thousands.
 */
export class Watches {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #byTopic = new Map<Topic, Set<Waiter>>();
  readonly #byTime = new Map<number, Expiry>();
  readonly #unsubscribe: () => void;
  #woken: Waiter[] = [];
  #closed = false;

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#unsubscribe = catalog.subscribe((event) => this.#onEvent(event));
  }

  /** Whether nobody can wait any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many wait. */
  get size(): number {
    let size = 0;
    for (const waiters of this.#byTopic.values()) size += waiters.size;
    return size;
  }

  /** Lets somebody wait. A change elsewhere does not wake him; news that are there already do, before this returns. */
  add(waiter: Waiter): void {
    if (this.#closed || waiter.ms <= 0 || this.#hasNews(waiter)) return waiter.wake();
    const key = topicKey(waiter.topic);
    const waiters = this.#byTopic.get(key);
    if (waiters) waiters.add(waiter);
    else this.#byTopic.set(key, new Set([waiter]));
    this.#expire(waiter);
  }

  /** Forgets a waiter, who will not be woken. @returns false when it is too late for that: he is just being woken, or was */
  remove(waiter: Waiter): boolean {
    const key = topicKey(waiter.topic);
    const waiters = this.#byTopic.get(key);
    if (!waiters?.delete(waiter)) return false;
    if (waiters.size === 0) this.#byTopic.delete(key);
    this.#forgetDeadline(waiter);
    return true;
  }

  /** Lets everybody go, now and from now on: the program is stopping. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const topic of this.#byTopic.keys()) this.#wake(topic);
  }

  #hasNews({ topic, known }: Waiter): boolean {
    return revisionOf(this.#catalog, topic) > known;
  }

  #expire(waiter: Waiter): void {
    const { ms } = waiter;
    const deadline = this.#clock.monotonic() + ms;
    const expiry = this.#byTime.get(ms);
    if (expiry) expiry.deadlines.set(waiter, deadline);
    else this.#byTime.set(ms, { deadlines: new Map([[waiter, deadline]]), timer: this.#timer(ms, ms) });
  }

  #forgetDeadline(waiter: Waiter): void {
    const { deadlines, timer } = this.#byTime.get(waiter.ms)!;
    deadlines.delete(waiter);
    if (deadlines.size > 0) return;
    timer.cancel();
    this.#byTime.delete(waiter.ms);
  }

  #timer(ms: number, left: number): Timer {
    // No timer is shorter than this.
    return this.#clock.after(Math.max(left, 1), () => this.#onTimer(ms));
  }

  #onTimer(ms: number): void {
    const expiry = this.#byTime.get(ms)!;
    const now = this.#clock.monotonic();
    for (const [waiter, deadline] of expiry.deadlines) {
      if (deadline > now) {
        expiry.timer = this.#timer(ms, deadline - now);
        return;
      }
      this.#release(waiter);
    }
  }

  #onEvent(event: CatalogEvent): void {
    this.#wake('all');
    if (event.changes.some(({ kind }) => kind.endsWith('-node'))) this.#wake('nodes');
    if (event.changes.some(({ kind }) => !kind.endsWith('-check'))) this.#wake('services');
    for (const name of event.services) this.#wake(`service:${name}`);
    for (const name of event.nodes) this.#wake(`node:${name}`);
  }

  /** Wakes whoever has news from a topic, or everybody if the watches are closed. */
  #wake(topic: Topic): void {
    for (const waiter of this.#byTopic.get(topic) ?? []) {
      if (this.#closed || this.#hasNews(waiter)) this.#release(waiter);
    }
  }

  #release(waiter: Waiter): void {
    this.remove(waiter);
    this.#woken.push(waiter);
    if (this.#woken.length === 1) setImmediate(() => this.#wakeSlice());
  }

  #wakeSlice(): void {
    for (const waiter of this.#woken.splice(0, SLICE)) waiter.wake();
    if (this.#woken.length > 0) setImmediate(() => this.#wakeSlice());
  }
}

function topicKey(topic: Topic): Topic {
  return topic.toLowerCase() as Topic;
}
