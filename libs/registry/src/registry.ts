import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { Catalog } from './catalog.js';
import { HealthChecks } from './checks/health-checks.js';
import { Committer, type Mutation, type StoreWrites } from './committer.js';
import type { Node } from './model.js';
import { keepOwnNode, putOwnNode } from './operations/own-node.js';
import { StoreError, type Lease, type RegistryStore } from './stores/store.js';

export interface RegistryOptions {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** This machine: the node that services register on through the agent's API, and whose services report here. */
  readonly node: Node;
  /** 0 <= x < 1, for spreading checks over time; `Math.random` unless a test needs to know. */
  readonly random?: () => number;
}

/** How often a store that could not be written is tried again at most while somebody asks, in milliseconds. */
const RETRY_EVERY = 1_000;

/**
 * The registry: a catalog to read from, one way to change it, and the health checks.
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

  /**
   * Loads what is stored, registers this node and starts its checks.
   *
   * @throws StoreError when the store cannot be used; its message is for the user
   */
  async start(): Promise<void> {
    const { store } = this.#options;
    this.#lease = await store.lease('registry');
    if (!this.#lease) throw new StoreError('unusable', 'another process uses this data folder');
    this.catalog.load(await store.load());
    this.#unwatch = store.watch(
      this.catalog.revision,
      ({ revision, changes }) => this.#committer.follow(revision, changes),
      (error) => this.#onWatchFailure(error),
    );
    await this.commit((draft) => putOwnNode(draft, this.node));
    this.checks.start();
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

  /** Takes no more changes and stops the checks, whose verdicts nobody could store. Reading goes on. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.checks.stop();
    await this.#committer.idle();
  }

  /** Drains and lets go of the store. */
  async stop(): Promise<void> {
    await this.drain();
    this.#unwatch?.();
    await this.#options.store.close();
    this.#lease?.release();
  }

  #onWatchFailure(error: StoreError): void {
    this.#unfollowed = error;
    this.#options.log.error({ err: error }, 'the changes of other processes can no longer be followed; start again');
  }
}
