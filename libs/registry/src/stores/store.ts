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

/** What a process that stands for a job hears. */
export interface LeaseListener {
  /** This process has the job from now on: at once, or when the process that had it let go of it or died, within about a second. */
  readonly onHeld: () => void;
  /** Another process that stands for the job told something. */
  readonly onTold: (message: unknown) => void;
}

/** The part of a process in a job that one at a time does, and that several stand for. */
export interface Lease {
  /** Whether this process has it. */
  readonly held: boolean;
  /**
   * Tells all others, each once and in order, something that need not be kept: what is on its way to a process that dies is lost.
   *
   * @param message anything that JSON can hold
   * @throws StoreError with the reason `away` when nobody has the job, for longer than it takes to pass on
   */
  tell(message: unknown): Promise<void>;
  /** Lets another process have the job, and stands for it no longer. A process that dies lets go of it too. */
  release(): Promise<void>;
}

/**
 * An ordered, durable log of changes and the state that they add up to. Processes that share a store are equal replicas of it.
 * All methods reject with a `StoreError`.
 */
export interface RegistryStore {
  /**
   * The state at the latest revision. Called before all others, and again when a watch failed: then it opens the store anew. Its rows
   * must be read before anything else is asked.
   */
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
  /** Stands for the job `name`. Resolves once it is known whether this process has it already. */
  lease(name: string, listener: LeaseListener): Promise<Lease>;
  /** Waits for commits under way and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Why a store failed. The same may succeed later: `full`, no space left; `away`, it cannot be reached in time; `failed`, anything
 * else. `behind`: the log no longer has all that this process has missed, so it must load the state again. `unusable`: its files are
 * not what they should be; only the user can help. `closed`: by this process itself.
 */
export type StoreErrorReason = 'full' | 'away' | 'failed' | 'behind' | 'unusable' | 'closed';

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
