import type { Logger } from '#libs/observability';
import type { Clock, Timer } from '#libs/time';
import { Catalog } from './catalog.js';
import { HealthChecks } from './checks/health-checks.js';
import { Committer, type Mutation, type StoreWrites } from './committer.js';
import type { Node } from './model.js';
import { keepOwnNode, putOwnNode } from './operations/own-node.js';
import { differences } from './resync.js';
import { StoreError, toStoreError, type Lease, type RegistryStore } from './stores/store.js';

export interface RegistryOptions {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** This machine: the node that services register on through the agent's API, and whose services report here. */
  readonly node: Node;
  /** 0 <= x < 1, for spreading checks over time; `Math.random` unless a test needs to know. */
  readonly random?: () => number;
}

/** How often a store that failed is tried again at most, in milliseconds. */
const RETRY_EVERY = 1_000;

/**
 * The registry: a catalog to read from, one way to change it, and the health checks, which one of the processes over a store runs.
 *
 * ```text
 * mutation -> Draft -> Committer -> RegistryStore (durable) -> Catalog -> subscribers: DNS answers, watchers, CheckRunner
 *                          ^---------------- verdicts ------------------------------------------------'
 * ```
 */
export class Registry {
  readonly catalog = new Catalog();
  readonly checks: HealthChecks;
  /** This machine, as configured. */
  readonly node: Node;
  readonly #options: RegistryOptions;
  readonly #committer: Committer;
  #lease: Lease | undefined;
  #unwatch: (() => void) | undefined;
  #draining = false;
  /** Why the commits of other processes no longer arrive. */
  #unfollowed: StoreError | undefined;
  #resuming: Timer | undefined;
  #retried = -Infinity;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.node = options.node;
    this.#committer = new Committer(options.store, this.catalog, options.clock);
    this.checks = new HealthChecks({
      catalog: this.catalog,
      committer: this.#committer,
      clock: options.clock,
      log: options.log,
      random: options.random ?? Math.random,
      node: options.node.name,
    });
  }

  /** What the store has done since the start. */
  get writes(): StoreWrites {
    return this.#committer.writes;
  }

  /** Whether the catalog may lack what other processes have committed; its listeners hear when that changes. */
  get stale(): boolean {
    return this.catalog.stale;
  }

  /**
   * Loads what is stored, registers this node and stands for running the checks.
   *
   * @throws StoreError when the store cannot be used; its message is for the user
   */
  async start(): Promise<void> {
    const { store } = this.#options;
    this.catalog.load(await store.load());
    this.#watch();
    await this.commit((draft) => putOwnNode(draft, this.node));
    this.#lease = await store.lease('registry', {
      onHeld: () => this.#onHeld(),
      onTold: (message) => this.checks.hear(message),
    });
    this.checks.connect(this.#lease);
  }

  /**
   * Makes changes: all that `mutate` does on its draft, or nothing. Resolves with its result once they are durable and the catalog
   * shows them. The registry's own node, service and check outlast all of them.
   *
   * @throws StoreError, OverloadError, or what `mutate` throws
   */
  commit<T>(mutate: Mutation<T>): Promise<T> {
    if (this.#draining) return Promise.reject(new StoreError('closed', 'the registry is stopping'));
    return this.#committer.commit((draft) => {
      const value = mutate(draft);
      keepOwnNode(draft, this.node);
      return value;
    });
  }

  /**
   * Whether changes can be stored, as far as the latest attempt told. While it failed, asking makes a new attempt in the background
   * now and then, so that a registry that nobody changes recovers too.
   *
   * @throws StoreError when they cannot
   */
  requireWritable(): void {
    const failure = this.#unfollowed ?? this.#committer.failure;
    if (!failure) return;
    const now = this.#options.clock.monotonic();
    if (now - this.#retried >= RETRY_EVERY && !this.#draining) {
      this.#retried = now;
      this.#committer.retry();
    }
    throw failure;
  }

  /** Takes no more changes and lets another process run the checks. Reading goes on. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.checks.stop();
    await this.#committer.idle();
    await this.#lease?.release();
  }

  /** Drains and lets go of the store. */
  async stop(): Promise<void> {
    await this.drain();
    this.#resuming?.cancel();
    this.#unwatch?.();
    await this.#options.store.close();
  }

  #watch(): void {
    this.#unwatch = this.#options.store.watch(
      this.catalog.revision,
      (commit) => this.#committer.follow(commit),
      (error) => this.#onUnfollowed(error),
    );
  }

  #onHeld(): void {
    if (this.#draining) return;
    this.#options.log.debug('this process runs the health checks');
    this.checks.start();
  }

  #onUnfollowed(error: StoreError): void {
    if (this.#draining) return;
    if (this.#unfollowed?.message !== error.message) {
      this.#options.log.error({ err: error }, 'the changes of other processes can no longer be followed; trying again');
    }
    this.#unfollowed = error;
    this.catalog.markStale(true);
    this.#resuming = this.#options.clock.after(RETRY_EVERY, () => void this.#resume());
  }

  /** Takes over the state as it is now, whatever was missed on the way to it. */
  async #resume(): Promise<void> {
    const { store, log } = this.#options;
    if (this.#draining) return;
    try {
      const snapshot = await store.load();
      const changes = differences(this.catalog, snapshot);
      if (snapshot.revision > this.catalog.revision) this.catalog.apply(snapshot.revision, changes);
      this.#watch();
    } catch (error) {
      return this.#onUnfollowed(toStoreError(error));
    }
    this.#unfollowed = undefined;
    this.catalog.markStale(false);
    this.#committer.retry();
    log.info({ revision: this.catalog.revision }, 'the changes of other processes are followed again');
  }
}
