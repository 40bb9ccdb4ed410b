import { beforeEach, describe, expect, it } from 'vitest';
import { aCheck, anInstance, aNode, FakeClock } from '#libs/testing';
import { Catalog } from './catalog.js';
import { Draft, viewOf } from './draft.js';
import { Watches, type Topic } from './watch.js';

describe('Watches', () => {
  let catalog: Catalog;
  let clock: FakeClock;
  let watches: Watches;
  const never = new AbortController().signal;

  function change(mutate: (draft: Draft) => void): void {
    const draft = new Draft(viewOf(catalog));
    mutate(draft);
    catalog.apply(catalog.revision + 1, draft.changes);
  }

  /** Whether a waiter on `topic` has returned by now. */
  function waiting(topic: Topic, known = catalog.revision, ms = 10_000, signal = never): () => Promise<boolean> {
    let done = false;
    void watches.newerThan(topic, known, ms, signal).then(() => (done = true));
    return async () => {
      await clock.advance(0);
      return done;
    };
  }

  beforeEach(() => {
    catalog = new Catalog();
    clock = new FakeClock();
    watches = new Watches(catalog, clock);
    change((draft) => draft.putNode(aNode()));
    change((draft) => draft.putInstance(anInstance()));
  });

  it('returns at once when there is news already', async () => {
    expect(await waiting('service:web', 1)()).toBe(true);
    expect(watches.size).toBe(0);
  });

  it.each<[Topic, (draft: Draft) => void]>([
    ['service:WEB', (draft) => draft.putCheck(aCheck({ serviceId: 'web-1' }))],
    ['service:web', (draft) => draft.putNode(aNode({ address: '10.0.0.2' }))],
    ['service:new', (draft) => draft.putInstance(anInstance({ id: 'new-1', service: 'new' }))],
    ['service:web', (draft) => draft.removeInstance('node1', 'web-1')],
    ['node:Node1', (draft) => draft.putCheck(aCheck({ serviceId: 'web-1' }))],
    ['nodes', (draft) => draft.putNode(aNode({ name: 'node2' }))],
    ['services', (draft) => draft.putInstance(anInstance({ tags: ['a'] }))],
    ['all', (draft) => draft.putCheck(aCheck())],
  ])('wakes who waits for %s', async (topic, mutate) => {
    const woken = waiting(topic);
    expect(await woken()).toBe(false);
    change(mutate);
    expect(await woken()).toBe(true);
    expect(watches.size).toBe(0);
  });

  it.each<[Topic, (draft: Draft) => void]>([
    ['service:web', (draft) => draft.putInstance(anInstance({ id: 'db-1', service: 'db' }))],
    ['service:none', (draft) => draft.removeInstance('node1', 'web-1')],
    ['node:other', (draft) => draft.putCheck(aCheck())],
    ['nodes', (draft) => draft.putCheck(aCheck())],
    ['services', (draft) => draft.putCheck(aCheck())],
  ])('lets who waits for %s sleep through a change elsewhere', async (topic, mutate) => {
    const woken = waiting(topic);
    change(mutate);
    expect(await woken()).toBe(false);
    expect(watches.size).toBe(1);
  });

  it('gives up after the time that the caller has', async () => {
    const woken = waiting('service:web', catalog.revision, 500);
    await clock.advance(499);
    expect(await woken()).toBe(false);
    await clock.advance(1);
    expect(await woken()).toBe(true);
    expect(watches.size).toBe(0);
  });

  it('forgets who hangs up', async () => {
    const client = new AbortController();
    const woken = waiting('service:web', catalog.revision, 10_000, client.signal);
    expect(watches.size).toBe(1);
    client.abort();
    expect(await woken()).toBe(true);
    expect(watches.size).toBe(0);
  });

  it('wakes thousands', async () => {
    const all = Array.from({ length: 1_000 }, () => watches.newerThan('service:web', catalog.revision, 10_000, never));
    change((draft) => draft.putInstance(anInstance({ port: 1 })));
    await Promise.all(all);
    expect(watches.size).toBe(0);
  });

  it('lets everybody go when it closes', async () => {
    const woken = waiting('all');
    watches.close();
    expect(await woken()).toBe(true);
    expect(await waiting('all')()).toBe(true);
  });
});
