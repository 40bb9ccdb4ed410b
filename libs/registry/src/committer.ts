import { Histogram, type HistogramCounts } from '#libs/observability';
import type { Clock } from '#libs/time';
import type { Catalog } from './catalog.js';
import { Draft, viewOf, type View } from './draft.js';
import type { Change } from './model.js';
import { StoreError, toStoreError, type Committed, type CommitResult, type RegistryStore } from './stores/store.js';

/**
 * Makes the changes of one caller on `draft`. It may be called again on a newer state, so it must do nothing else. What it throws
 * rejects that caller's commit alone.
 */
export type Mutation<T> = (draft: Draft) => T;

/** More changes wait than can be made durable in good time; nothing was changed. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
}

/** What a store was asked to do, counted since the start. */
export interface StoreWrites {
  /** Commits that are durable; many share a write. */
  readonly commits: number;
  /** Writes that failed. */
  readonly failed: number;
  /** How long each write took, in seconds. */
  readonly seconds: HistogramCounts;
}

interface Waiting {
  readonly mutate: Mutation<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What came of a mutation: the changes to commit and the value for the caller, or the error that it threw. */
type Drafted = Waiting & { readonly changes: readonly Change[] } & (
    { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }
  );

/** Commits that may wait, and commits that are written at once. */
const MAX_WAITING = 20_000;
const MAX_BATCH = 512;

/** From a write into memory to a disk that is in trouble, in seconds. */
const WRITE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * The one way into the registry. Mutations that arrive while the store writes are grouped into the next write, each seeing what
 * those before it do; every one is a commit of its own with its own revision.
 */
export class Committer {
  readonly #store: RegistryStore;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #writes = { commits: 0, failed: 0, seconds: new Histogram(WRITE_SECONDS) };
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: StoreError | undefined;

  constructor(store: RegistryStore, catalog: Catalog, clock: Clock) {
    this.#store = store;
    this.#catalog = catalog;
    this.#clock = clock;
  }

  /** What the store has done since the start. */
  get writes(): StoreWrites {
    return this.#writes;
  }

  /** Why the latest write failed; undefined when it went well. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /**
   * Resolves once the changes are durable and applied to the catalog; a mutation without changes costs no write.
   *
   * @throws StoreError, OverloadError, or what `mutate` throws; then nothing was changed
   */
  commit<T>(mutate: Mutation<T>): Promise<T> {
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(new OverloadError('too many registrations at once'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ mutate, resolve: resolve as (value: unknown) => void, reject });
      this.#writing ??= this.#drainQueue();
    });
  }

  /** Waits until nothing is left to write. */
  async idle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Tries in the background whether the store can be written again, unless a write under way will tell. */
  retry(): void {
    this.#writing ??= this.#writeNothing().then(() => this.#drainQueue());
  }

  /**
   * Applies what another process committed, unless it is known already.
   *
   * @throws StoreError when something before it is missing
   */
  follow({ revision, changes }: Committed): void {
    const next = this.#catalog.revision + 1;
    if (revision > next) throw new StoreError('behind', `revision ${next} is missing before ${revision}`);
    if (revision === next) this.#catalog.apply(revision, changes);
  }

  async #drainQueue(): Promise<void> {
    // At the end of this turn of the event loop: what else arrives in it shares the write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0, MAX_BATCH));
    this.#writing = undefined;
  }

  async #writeNothing(): Promise<void> {
    try {
      await this.#writeDown([]);
    } catch (error) {
      this.#failure = toStoreError(error);
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    let drafted: readonly Drafted[];
    try {
      drafted = await this.#writeAll(batch);
    } catch (error) {
      return this.#fail(batch, error);
    }
    drafted.forEach(settle);
  }

  async #writeAll(batch: readonly Waiting[]): Promise<readonly Drafted[]> {
    for (;;) {
      const drafted = draftAll(batch, viewOf(this.#catalog));
      const commits = drafted.filter(({ changes }) => changes.length > 0);
      if (commits.length === 0 || (await this.#writeDown(commits))) return drafted;
    }
  }

  /** @returns whether it is done; otherwise others were first, and the catalog now has what they did */
  async #writeDown(commits: readonly Drafted[]): Promise<boolean> {
    const base = this.#catalog.revision;
    const result = await this.#measure(() =>
      this.#store.commit(
        base,
        commits.map(({ changes }) => changes),
      ),
    );
    if (result.done) {
      this.#failure = undefined;
      this.#writes.commits += commits.length;
      commits.forEach(({ changes }, i) => this.follow({ revision: base + i + 1, changes }));
    } else for (const commit of result.missed) this.follow(commit);
    return result.done;
  }

  async #measure(write: () => Promise<CommitResult>): Promise<CommitResult> {
    const began = this.#clock.monotonic();
    try {
      return await write();
    } catch (error) {
      this.#writes.failed++;
      throw error;
    } finally {
      this.#writes.seconds.add((this.#clock.monotonic() - began) / 1_000);
    }
  }

  /** The store failed: callers who change nothing, such as heartbeats, are not concerned. */
  #fail(batch: readonly Waiting[], cause: unknown): void {
    const error = toStoreError(cause);
    this.#failure = error;
    for (const waiting of batch) {
      const drafted = draftOne(waiting, viewOf(this.#catalog)).drafted;
      if (drafted.changes.length > 0) waiting.reject(error);
      else settle(drafted);
    }
  }
}

function draftAll(batch: readonly Waiting[], view: View): Drafted[] {
  const together = new Draft(view);
  return batch.map((waiting) => {
    const { drafted, draft } = draftOne(waiting, together);
    if (drafted.ok) together.absorb(draft);
    return drafted;
  });
}

function draftOne(waiting: Waiting, view: View): { drafted: Drafted; draft: Draft } {
  const draft = new Draft(view);
  try {
    const value = waiting.mutate(draft);
    return { draft, drafted: { ...waiting, ok: true, value, changes: draft.changes } };
  } catch (error) {
    return { draft, drafted: { ...waiting, ok: false, error, changes: [] } };
  }
}

function settle(drafted: Drafted): void {
  if (drafted.ok) drafted.resolve(drafted.value);
  else drafted.reject(drafted.error);
}
