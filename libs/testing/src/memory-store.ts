import {
  StoreError,
  type Change,
  type Lease,
  type LeaseListener,
  type RegistryStore,
  type Revision,
  type Snapshot,
  type Stamps,
} from '#libs/registry';

type Follower = (revision: Revision, changes: readonly Change[]) => void;

/** A store that keeps its log in memory, does what the test says with each write, and counts them. */
export class MemoryStore implements RegistryStore {
  /** Every commit, by revision from 1. */
  readonly log: (readonly Change[])[];
  /** How many times the disk would have been written. */
  writes = 0;
  /** Called before a write; what it throws makes the write fail. */
  beforeWrite: () => void | Promise<void> = () => {};
  readonly #shared: Shared;
  readonly #unfollow = new Set<() => void>();
  readonly #leases = new Set<MemoryLease>();
  #closed = false;

  /** @param other a store that this one shares everything with, as if it belonged to another process */
  constructor(other?: MemoryStore) {
    this.#shared = other ? other.#shared : { log: [], followers: new Set(), jobs: new Map() };
    this.log = this.#shared.log;
  }

  load(): Promise<Snapshot> {
    return Promise.resolve(stateOf(this.log));
  }

  async commit(base: Revision, commits: readonly (readonly Change[])[]) {
    if (this.#closed) throw new StoreError('closed', 'the store is not open');
    await this.beforeWrite();
    if (this.log.length !== base) {
      const missed = this.log.slice(base).map((changes, i) => ({ revision: base + i + 1, changes }));
      return { done: false, missed } as const;
    }
    this.writes++;
    this.log.push(...commits);
    for (const follow of this.#shared.followers) commits.forEach((changes, i) => follow(base + i + 1, changes));
    return { done: true, revision: this.log.length } as const;
  }

  watch(from: Revision, listener: Parameters<RegistryStore['watch']>[1]): () => void {
    const follow: Follower = (revision, changes) => queueMicrotask(() => tell(revision, changes));
    const tell: Follower = (revision, changes) => this.#shared.followers.has(follow) && listener({ revision, changes });
    const end = () => void this.#shared.followers.delete(follow);
    this.#shared.followers.add(follow);
    this.#unfollow.add(end);
    this.log.slice(from).forEach((changes, i) => follow(from + i + 1, changes));
    return end;
  }

  async lease(name: string, listener: LeaseListener): Promise<Lease> {
    const queue = this.#shared.jobs.get(name) ?? [];
    this.#shared.jobs.set(name, queue);
    const lease = new MemoryLease(listener, queue);
    this.#leases.add(lease);
    return lease;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#unfollow) end();
    for (const lease of this.#leases) await lease.release();
  }
}

interface Shared {
  readonly log: (readonly Change[])[];
  readonly followers: Set<Follower>;
  /** Who stands for each job, the holder first. */
  readonly jobs: Map<string, MemoryLease[]>;
}

class MemoryLease implements Lease {
  readonly #listener: LeaseListener;
  readonly #queue: MemoryLease[];

  constructor(listener: LeaseListener, queue: MemoryLease[]) {
    this.#listener = listener;
    this.#queue = queue;
    queue.push(this);
    if (this.held) listener.onHeld();
  }

  get held(): boolean {
    return this.#queue[0] === this;
  }

  async tell(message: unknown): Promise<void> {
    if (!this.#queue.includes(this)) throw new StoreError('closed', 'the lease was given up');
    for (const other of this.#queue) if (other !== this) other.#listener.onTold(message);
  }

  async release(): Promise<void> {
    const { held } = this;
    const place = this.#queue.indexOf(this);
    if (place >= 0) this.#queue.splice(place, 1);
    const next = this.#queue[0];
    if (held && next) next.#listener.onHeld();
  }
}

/** A snapshot in the making. */
type Arrays = { [K in keyof Snapshot]: Snapshot[K] extends Iterable<infer T> ? T[] : Snapshot[K] };

/** What a log adds up to. */
function stateOf(log: readonly (readonly Change[])[]): Snapshot {
  const records = new Map<string, Change & Stamps>();
  log.forEach((changes, i) => changes.forEach((change) => take(records, change, i + 1)));
  const state = { revision: log.length, nodes: [], instances: [], checks: [] } as Arrays;
  for (const record of records.values()) {
    const { kind, createRevision, modifyRevision } = record;
    const stamps = { createRevision, modifyRevision };
    if (kind === 'put-node') state.nodes.push({ node: record.node, ...stamps });
    if (kind === 'put-instance') state.instances.push({ instance: record.instance, ...stamps });
    if (kind === 'put-check') state.checks.push({ check: record.check, ...stamps });
  }
  return state;
}

function take(records: Map<string, Change & Stamps>, change: Change, revision: Revision): void {
  const key = keyOf(change);
  if (change.kind.startsWith('remove')) return void records.delete(key);
  const createRevision = records.get(key)?.createRevision ?? revision;
  records.set(key, { ...change, createRevision, modifyRevision: revision });
}

function keyOf(change: Change): string {
  switch (change.kind) {
    case 'put-node':
      return JSON.stringify(['node', change.node.name.toLowerCase()]);
    case 'remove-node':
      return JSON.stringify(['node', change.node.toLowerCase()]);
    case 'put-instance':
      return JSON.stringify(['instance', change.instance.node.toLowerCase(), change.instance.id]);
    case 'put-check':
      return JSON.stringify(['check', change.check.node.toLowerCase(), change.check.id]);
    default:
      return JSON.stringify([change.kind.slice('remove-'.length), change.node.toLowerCase(), change.id]);
  }
}
