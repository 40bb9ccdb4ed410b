import { beforeEach, describe, expect, it } from 'vitest';
import { anInstance, aNode, FakeClock, MemoryStore } from '#libs/testing';
import { Catalog } from './catalog.js';
import { Committer } from './committer.js';
import { StoreError } from './stores/store.js';

describe('Committer', () => {
  let store: MemoryStore;
  let catalog: Catalog;
  let committer: Committer;
  let clock: FakeClock;
  beforeEach(async () => {
    store = new MemoryStore();
    catalog = new Catalog();
    clock = new FakeClock();
    committer = new Committer(store, catalog, clock);
    await committer.commit((draft) => draft.putNode(aNode()));
    store.writes = 0;
  });
  const put = (id: string) => committer.commit((draft) => draft.putInstance(anInstance({ id })));

  it('resolves with the value, once the catalog shows the change', async () => {
    expect(await committer.commit((draft) => (draft.putInstance(anInstance()), 'value'))).toBe('value');
    expect(catalog.instance('node1', 'web-1')).toBeDefined();
    expect(catalog.revision).toBe(2);
  });

  it('writes what comes in one turn together, each under its own revision', async () => {
    await Promise.all([put('a'), put('b'), put('c')]);
    expect(store.writes).toBe(1);
    expect(store.log).toHaveLength(4);
    expect(catalog.instance('node1', 'b')!.createRevision).toBe(3);
  });

  it('writes nothing for what changes nothing, also within one write', async () => {
    await Promise.all([put('a'), put('a')]);
    expect(store.log).toHaveLength(2);
    await put('a');
    expect(store.writes).toBe(1);
  });

  it('rejects a mutation that throws, alone', async () => {
    const refused = committer.commit((draft) => {
      draft.putInstance(anInstance({ id: 'half' }));
      throw new Error('no');
    });
    const [bad, good] = await Promise.allSettled([refused, put('a')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'no' } });
    expect(good.status).toBe('fulfilled');
    expect(catalog.instance('node1', 'half')).toBeUndefined();
  });

  it('computes changes again when another process was first', async () => {
    store.log.push([{ kind: 'put-instance', instance: anInstance({ id: 'theirs' }) }]);
    const seen = await committer.commit((draft) => {
      draft.putInstance(anInstance({ id: 'ours' }));
      return draft.instancesOf('node1').map(({ id }) => id);
    });
    expect(seen).toEqual(['theirs', 'ours']);
    expect(catalog.revision).toBe(3);
  });

  it('rejects writers when the store fails, but not those who change nothing', async () => {
    await put('a');
    store.beforeWrite = () => {
      throw new StoreError('full', 'no space');
    };
    const [writer, heartbeat] = await Promise.allSettled([put('b'), put('a')]);
    expect(writer).toMatchObject({ status: 'rejected', reason: { reason: 'full' } });
    expect(heartbeat.status).toBe('fulfilled');
    expect(catalog.instance('node1', 'b')).toBeUndefined();
    store.beforeWrite = () => {};
    await put('b');
    expect(catalog.instance('node1', 'b')).toBeDefined();
  });

  it('knows why it cannot write, until it can again', async () => {
    expect(committer.failure).toBeUndefined();
    store.beforeWrite = () => {
      throw new StoreError('full', 'no space');
    };
    await expect(put('a')).rejects.toMatchObject({ reason: 'full' });
    expect(committer.failure).toMatchObject({ reason: 'full' });
    store.beforeWrite = () => {};
    await put('a');
    expect(committer.failure).toBeUndefined();
  });

  it('counts commits, and times each write that they share', async () => {
    store.beforeWrite = () => clock.advance(20);
    await Promise.all([put('a'), put('b')]);
    store.beforeWrite = async () => {
      await clock.advance(10_000);
      throw new StoreError('full', 'no space');
    };
    await expect(put('c')).rejects.toThrow();
    const { commits, failed, seconds } = committer.writes;
    expect([commits, failed]).toEqual([3, 1]);
    // The node of beforeEach in no time, then these two writes.
    expect(seconds.sum).toBeCloseTo(10.02);
    expect([seconds.counts[0], seconds.counts[seconds.bounds.indexOf(0.025)], seconds.counts.at(-1)]).toEqual([
      1, 1, 1,
    ]);
  });

  it('tries again without a change, and commits what comes meanwhile', async () => {
    store.beforeWrite = () => {
      throw new Error('broken');
    };
    await expect(put('a')).rejects.toMatchObject({ reason: 'failed' });
    committer.retry();
    await committer.idle();
    expect(committer.failure).toMatchObject({ reason: 'failed' });
    store.beforeWrite = () => {};
    committer.retry();
    await put('b');
    expect(committer.failure).toBeUndefined();
    expect(store.log).toHaveLength(2);
    expect(catalog.instance('node1', 'b')).toBeDefined();
  });

  it('does not apply a commit twice when the watch was quicker', async () => {
    const changes = [{ kind: 'put-instance', instance: anInstance() } as const];
    committer.follow({ revision: 2, changes });
    committer.follow({ revision: 2, changes: [{ kind: 'remove-instance', node: 'node1', id: 'web-1' }] });
    expect(catalog.instance('node1', 'web-1')).toBeDefined();
  });

  it('notices that a commit is missing', () => {
    expect(() => committer.follow({ revision: 3, changes: [] })).toThrow('revision 2 is missing before 3');
    expect(catalog.revision).toBe(1);
  });
});
