import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCheck, anInstance, aNode, eventually, FakeClock } from '#libs/testing';
import type { Change } from '../src/model.js';
import type { Committed, Lease, RegistryStore, Snapshot, StoreError } from '../src/stores/store.js';

/** What stands behind the stores of one test: a folder, a server. */
export interface Backing {
  /** A store as another process would have it, over the same data, that has not been loaded. */
  open(clock: FakeClock): RegistryStore;
  /** Makes it refuse, until `comeBack`. */
  goAway(): void | Promise<void>;
  comeBack(): void | Promise<void>;
  /** Removes it; all stores are closed. */
  remove(): void | Promise<void>;
}

const node: Change = { kind: 'put-node', node: aNode() };
const instance: Change = { kind: 'put-instance', instance: anInstance() };
const check: Change = { kind: 'put-check', check: aCheck({ serviceId: 'web-1' }) };
const EMPTY = { revision: 0, nodes: [], instances: [], checks: [] };

/** A node that is told from others by its number. */
function numbered(number: number): Change {
  return { kind: 'put-node', node: aNode({ name: `n${number}` }) };
}

/** A snapshot with its rows read. */
function read({ revision, nodes, instances, checks }: Snapshot) {
  return { revision, nodes: [...nodes], instances: [...instances], checks: [...checks] };
}

/** For watches that are not expected to fail. */
function rethrow(error: StoreError): never {
  throw error;
}

/** What every store of the registry promises, as the tests of one `describe`. */
export function storeContract(makeBacking: () => Backing | Promise<Backing>): void {
  let backing: Backing;
  let clock: FakeClock;
  let stores: RegistryStore[];
  beforeEach(async () => {
    backing = await makeBacking();
    clock = new FakeClock();
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await backing.remove();
  });

  function newStore(): RegistryStore {
    const store = backing.open(clock);
    stores.push(store);
    return store;
  }

  async function opened(): Promise<RegistryStore> {
    const store = newStore();
    read(await store.load());
    return store;
  }

  /** What a new process finds. */
  async function stored() {
    return read(await newStore().load());
  }

  /** Waits for what happens over sockets and threads, while time goes on. */
  function soon(what: string, look: () => boolean): Promise<unknown> {
    return eventually(what, 10_000, async () => {
      await clock.advance(50);
      return look();
    });
  }

  /** Collects the revisions that a watch sees. */
  function follow(store: RegistryStore, from = 0): Committed[] {
    const seen: Committed[] = [];
    store.watch(from, (commit) => seen.push(commit), rethrow);
    return seen;
  }

  describe('durability', () => {
    it('starts empty', async () => {
      expect(await stored()).toEqual(EMPTY);
    });

    it('gives back what was committed, with the revisions that made and changed it', async () => {
      const store = await opened();
      expect(await store.commit(0, [[node, instance], [check]])).toEqual({ done: true, revision: 2 });
      const changed = anInstance({ port: 81 });
      await store.commit(2, [[{ kind: 'put-instance', instance: changed }]]);
      expect(await stored()).toEqual({
        revision: 3,
        nodes: [{ node: aNode(), createRevision: 1, modifyRevision: 1 }],
        instances: [{ instance: changed, createRevision: 1, modifyRevision: 3 }],
        checks: [{ check: aCheck({ serviceId: 'web-1' }), createRevision: 2, modifyRevision: 2 }],
      });
    });

    it('removes, in any letter case of the node', async () => {
      const store = await opened();
      await store.commit(0, [[node, instance, check]]);
      await store.commit(1, [
        [
          { kind: 'remove-check', node: 'NODE1', id: 'alive' },
          { kind: 'remove-instance', node: 'Node1', id: 'web-1' },
          { kind: 'remove-node', node: 'node1' },
        ],
      ]);
      expect(await stored()).toEqual({ ...EMPTY, revision: 2 });
    });

    it('keeps the text of records as it is', async () => {
      const store = await opened();
      const odd = aCheck({
        id: 'a:b/c d\'e"f',
        output: 'ü\u0000\n\u{1f600}',
        definition: { deep: [{ n: 1.5 }, null] },
      });
      await store.commit(0, [[node, { kind: 'put-check', check: odd }]]);
      expect((await stored()).checks).toMatchObject([{ check: odd }]);
    });

    it('rejects commits once it is closed', async () => {
      const store = await opened();
      await store.close();
      await expect(store.commit(0, [[node]])).rejects.toMatchObject({ name: 'StoreError', reason: 'closed' });
      expect(await stored()).toEqual(EMPTY);
    });
  });

  describe('order', () => {
    it('commits nothing on an old base, and tells what was missed', async () => {
      const [one, two] = [await opened(), await opened()];
      await one.commit(0, [[node]]);
      expect(await two.commit(0, [[instance]])).toEqual({ done: false, missed: [{ revision: 1, changes: [node] }] });
      expect(await two.commit(1, [[instance]])).toEqual({ done: true, revision: 2 });
      expect((await stored()).revision).toBe(2);
    });

    it('gives each revision to one commit, whoever of many writers is first', async () => {
      const writers = await Promise.all([opened(), opened(), opened()]);
      const done = await Promise.all(writers.map((store, i) => commitAll(store, i)));
      expect(done.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
      expect((await stored()).nodes).toHaveLength(30);
    });

    it('writes a commit of nothing, and changes nothing by it', async () => {
      const store = await opened();
      await store.commit(0, [[node]]);
      expect(await store.commit(1, [])).toEqual({ done: true, revision: 1 });
      expect((await stored()).revision).toBe(1);
    });
  });

  describe('a watch', () => {
    it('tells what other processes commit, each revision once and in order', async () => {
      const [watching, one, two] = [await opened(), await opened(), await opened()];
      const seen = follow(watching);
      await Promise.all([commitAll(one, 1), commitAll(two, 2)]);
      await soon('all commits', () => seen.length >= 20);
      await clock.advance(5_000);
      expect(seen.map(({ revision }) => revision)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(new Set(seen.flatMap(({ changes }) => changes.map((change) => JSON.stringify(change)))).size).toBe(20);
    });

    it('begins after the revision that it is told, and tells a set of changes whole', async () => {
      const [watching, other] = [await opened(), await opened()];
      await other.commit(0, [[node], [instance]]);
      const seen = follow(watching, 1);
      await other.commit(2, [[check, numbered(1)]]);
      await soon('both commits', () => seen.length >= 2);
      expect(seen).toEqual([
        { revision: 2, changes: [instance] },
        { revision: 3, changes: [check, numbered(1)] },
      ]);
    });

    it('misses nothing between the load and its beginning', async () => {
      const [watching, other] = [newStore(), await opened()];
      await other.commit(0, [[node]]);
      const { revision } = read(await watching.load());
      await other.commit(1, [[instance]]);
      const seen = follow(watching, revision);
      await soon('the commit', () => seen.length > 0);
      expect(seen).toEqual([{ revision: 2, changes: [instance] }]);
    });

    it('gives one view in a load while others commit', async () => {
      const [reading, other] = [newStore(), await opened()];
      await other.commit(0, [[node]]);
      const snapshot = await reading.load();
      await other.commit(1, [[numbered(2), instance]]);
      expect(read(snapshot)).toMatchObject({ revision: 1, nodes: [{}], instances: [] });
    });

    it('tells nothing once it has ended', async () => {
      const [watching, other] = [await opened(), await opened()];
      const seen: Committed[] = [];
      const end = watching.watch(0, (commit) => seen.push(commit), rethrow);
      end();
      await other.commit(0, [[node]]);
      await clock.advance(5_000);
      expect(seen).toEqual([]);
    });
  });

  describe('a lease', () => {
    async function stand(store: RegistryStore, name = 'job') {
      const told: unknown[] = [];
      let times = 0;
      const lease = await store.lease(name, { onHeld: () => times++, onTold: (message) => told.push(message) });
      return { lease, told, timesHeld: () => times };
    }

    it('is held by one at a time, for each job', async () => {
      const [one, two, other] = [await stand(newStore()), await stand(newStore()), await stand(newStore(), 'other')];
      expect([one, two, other].map(({ lease }) => lease.held)).toEqual([true, false, true]);
      expect([one, two, other].map(({ timesHeld }) => timesHeld())).toEqual([1, 0, 1]);
    });

    it.each<[string, (lease: Lease, store: RegistryStore) => Promise<void>]>([
      ['is let go of', (lease) => lease.release()],
      ['belongs to a store that closes', (_lease, store) => store.close()],
    ])('passes on to one of the others when it %s', async (_when, end) => {
      const holding = newStore();
      const holder = await stand(holding);
      const others = [await stand(newStore()), await stand(newStore())];
      await end(holder.lease, holding);
      expect(holder.lease.held).toBe(false);
      const held = () => others.filter(({ lease }) => lease.held);
      await soon('a new holder', () => held().length > 0);
      await clock.advance(5_000);
      expect(held()).toHaveLength(1);
      expect(others.map(({ timesHeld }) => timesHeld()).sort()).toEqual([0, 1]);
    });

    it('is not given to who stands for it no longer', async () => {
      const [holder, other] = [await stand(newStore()), await stand(newStore())];
      await other.lease.release();
      await holder.lease.release();
      await clock.advance(5_000);
      expect(other.lease.held).toBe(false);
      await expect(other.lease.tell('x')).rejects.toMatchObject({ reason: 'closed' });
    });

    it('lets each tell all others, once and in order', async () => {
      const all = [await stand(newStore()), await stand(newStore()), await stand(newStore())];
      for (let i = 0; i < 3; i++) await all[2]!.lease.tell({ i });
      await all[0]!.lease.tell('from the holder');
      await soon(
        'all messages',
        () => all[0]!.told.length >= 3 && all[1]!.told.length >= 4 && all[2]!.told.length >= 1,
      );
      expect(all[0]!.told).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
      expect(all[1]!.told).toHaveLength(4);
      expect(all[1]!.told.filter((message) => message !== 'from the holder')).toEqual(all[0]!.told);
      expect(all[2]!.told).toEqual(['from the holder']);
    });

    it('lets the next holder hear what is told when it passes on', async () => {
      const [holder, next, teller] = [await stand(newStore()), await stand(newStore()), await stand(newStore())];
      await holder.lease.release();
      let told = false;
      void teller.lease.tell('x').then(() => (told = true));
      await soon('the message', () => told && (teller.lease.held || next.told.length > 0));
      expect(next.told).toEqual(teller.lease.held ? [] : ['x']);
    });
  });

  describe('when it is away', () => {
    it('refuses, changes nothing, and goes on by itself when it is back', async () => {
      const [store, other] = [await opened(), await opened()];
      await store.commit(0, [[node]]);
      const seen = follow(other, 1);
      await backing.goAway();
      await expect(store.commit(1, [[instance]])).rejects.toMatchObject({ name: 'StoreError' });
      await expect(store.commit(1, [])).rejects.toMatchObject({ name: 'StoreError' });
      await backing.comeBack();
      expect(await store.commit(1, [[check]])).toEqual({ done: true, revision: 2 });
      await soon('the commit', () => seen.length > 0);
      expect(seen).toEqual([{ revision: 2, changes: [check] }]);
    });

    it('says once to a watch that it cannot follow, which can begin again where it was', async () => {
      const [watching, other] = [await opened(), await opened()];
      const seen: Committed[] = [];
      const failures: StoreError[] = [];
      const watch = (from: number) =>
        watching.watch(
          from,
          (c) => seen.push(c),
          (error) => failures.push(error),
        );
      watch(0);
      await other.commit(0, [[node]]);
      await soon('the first commit', () => seen.length === 1);
      await other.commit(1, [[instance]]);
      await backing.goAway();
      await clock.advance(5_000);
      await backing.comeBack();
      if (failures.length > 0) {
        const { revision } = read(await watching.load());
        expect(revision).toBe(2);
        watch(seen.length);
      }
      await other.commit(2, [[check]]);
      await soon('all commits', () => seen.length >= 3);
      expect(failures.length).toBeLessThan(2);
      expect(seen.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    });
  });
}

/** Ten commits, each on what was committed before, whoever did. @returns their revisions */
async function commitAll(store: RegistryStore, writer: number): Promise<number[]> {
  const done = [];
  let base = 0;
  for (let i = 0; i < 10;) {
    const result = await store.commit(base, [[numbered(10 * writer + i)]]);
    base = result.done ? result.revision : base + result.missed.length;
    if (!result.done) continue;
    done.push(base);
    i++;
  }
  return done;
}
