import type { Clock } from '#libs/time';
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

/** Callers who wait until a part of the catalog is newer than what they know. */
export class Watches {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #waiting = new Map<Topic, Set<() => void>>();
  readonly #unsubscribe: () => void;
  #woken: (() => void)[] = [];
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
    for (const waiters of this.#waiting.values()) size += waiters.size;
    return size;
  }

  /**
   * Resolves when `topic` has a revision above `known`, after `ms` milliseconds, when `signal` aborts or when the watches close:
   * the caller looks for itself which it was. A change elsewhere wakes nobody.
   */
  async newerThan(topic: Topic, known: Revision, ms: number, signal: AbortSignal): Promise<void> {
    const deadline = this.#clock.monotonic() + ms;
    while (!this.#closed && !signal.aborted && revisionOf(this.#catalog, topic) <= known) {
      const left = deadline - this.#clock.monotonic();
      if (left <= 0) return;
      await this.#touched(topicKey(topic), left, signal);
    }
  }

  /** Resolves at the next change of `topic`, whatever its revision, or as `newerThan` does. */
  async nextChange(topic: Topic, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#closed && !signal.aborted) await this.#touched(topicKey(topic), ms, signal);
  }

  /** Lets everybody go, now and from now on: the program is stopping. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const topic of this.#waiting.keys()) this.#wake(topic);
  }

  #touched(topic: Topic, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(topic) ?? new Set();
      this.#waiting.set(topic, waiters);
      const done = () => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        waiters.delete(done);
        if (waiters.size === 0 && this.#waiting.get(topic) === waiters) this.#waiting.delete(topic);
        resolve();
      };
      const timer = this.#clock.after(ms, done);
      signal.addEventListener('abort', done);
      waiters.add(done);
    });
  }

  #onEvent(event: CatalogEvent): void {
    this.#wake('all');
    if (event.changes.some(({ kind }) => kind.endsWith('-node'))) this.#wake('nodes');
    if (event.changes.some(({ kind }) => !kind.endsWith('-check'))) this.#wake('services');
    for (const name of event.services) this.#wake(`service:${name}`);
    for (const name of event.nodes) this.#wake(`node:${name}`);
  }

  #wake(topic: Topic): void {
    const waiters = this.#waiting.get(topic);
    if (!waiters) return;
    this.#waiting.delete(topic);
    const idle = this.#woken.length === 0;
    this.#woken.push(...waiters);
    if (idle) this.#wakeSlice();
  }

  #wakeSlice(): void {
    for (const done of this.#woken.splice(0, SLICE)) done();
    if (this.#woken.length > 0) setImmediate(() => this.#wakeSlice());
  }
}

function topicKey(topic: Topic): Topic {
  return topic.toLowerCase() as Topic;
}
