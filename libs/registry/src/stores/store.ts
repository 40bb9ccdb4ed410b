import type { Change, Check, Instance, Node, Revision } from '../model.js';

/** The revisions that made a record and changed it last. */
export interface Stamps {
  readonly createRevision: Revision;
  readonly modifyRevision: Revision;
}

/** Everything that a store holds, at one revision. */
export interface Snapshot {
  readonly revision: Revision;
  readonly nodes: Iterable<Stamps & { readonly node: Node }>;
  readonly instances: Iterable<Stamps & { readonly instance: Instance }>;
  readonly checks: Iterable<Stamps & { readonly check: Check }>;
}

/** Changes that were committed together and have one revision. */
export interface Committed {
  readonly revision: Revision;
  readonly changes: readonly Change[];
}

/**
 * What became of an attempt to commit: the revision of the last of the commits, or, when somebody else had committed since `base`,
 * nothing but what the caller has missed. The changes were computed from an older state, so it must compute them again.
 */
export type CommitResult =
  | { readonly done: true; readonly revision: Revision }
  | { readonly done: false; readonly missed: readonly Committed[] };

/** A job that one process at a time does. */
export interface Lease {
  /** Lets another process have it. A process that dies lets go of it too. */
  release(): void;
}

/**
 * An ordered, durable log of changes and the state that they add up to. Processes that share a store are equal replicas of it.
 * All methods reject with a `StoreError`.
 */
export interface RegistryStore {
  /** The state at the latest revision. Called once, before all others. */
  load(): Promise<Snapshot>;
  /**
   * Makes `commits` durable, each under its own revision, counted up from `base`: all of them or none. With none at all it writes
   * nevertheless, and changes nothing: whether it can.
   *
   * @param base the latest revision that the caller knows
   */
  commit(base: Revision, commits: readonly (readonly Change[])[]): Promise<CommitResult>;
  /**
   * Calls `listener` with each commit of others after `from`, in order. The caller may have learnt of one already, from a commit of
   * its own that came too late; commits of its own may come too.
   *
   * @param onFailure told once when the commits of others can no longer be followed; that ended the watch
   * @returns a function that ends it
   */
  watch(from: Revision, listener: (commit: Committed) => void, onFailure: (error: StoreError) => void): () => void;
  /** Takes the job `name`, unless another process has it: then undefined. */
  lease(name: string): Promise<Lease | undefined>;
  /** Waits for commits under way and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Why a store failed. `full`: no space left; the same may succeed later. `failed`: it cannot be relied on any more until the
 * program has started again. `unusable`: its files are not what they should be, and it did not start.
 */
export type StoreErrorReason = 'full' | 'failed' | 'unusable' | 'closed';

/** What `cause` is as an error of a store. */
export function toStoreError(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('failed', String(cause), { cause });
}

/** A store could not do what it was asked for; nothing was changed. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
