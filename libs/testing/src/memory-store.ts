import type { Change, RegistryStore } from '#libs/registry';

/** A store that keeps its log in memory, does what the test says with each write, and counts them. */
export class MemoryStore implements RegistryStore {
  /** Every commit, by revision from 1. */
  readonly log: (readonly Change[])[] = [];
  /** How many times the disk would have been written. */
  writes = 0;
  /** Called before a write; what it throws makes the write fail. */
  beforeWrite: () => void | Promise<void> = () => {};

  load() {
    return Promise.resolve({ revision: 0, nodes: [], instances: [], checks: [] });
  }

  async commit(base: number, commits: readonly (readonly Change[])[]) {
    await this.beforeWrite();
    if (this.log.length !== base) {
      const missed = this.log.slice(base).map((changes, i) => ({ revision: base + i + 1, changes }));
      return { done: false, missed } as const;
    }
    this.writes++;
    this.log.push(...commits);
    return { done: true, revision: this.log.length } as const;
  }

  watch() {
    return () => {};
  }

  lease() {
    return Promise.resolve({ release() {} });
  }

  close() {
    return Promise.resolve();
  }
}
