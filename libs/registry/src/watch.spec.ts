import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCheck, anInstance, aNode, eventually, FakeClock } from '#libs/testing';
import { Catalog } from './catalog.js';
import { Draft, viewOf } from './draft.js';
import { Watches, type Topic, type Waiter } from './watch.js';

describe('Watches', () => {
  let port = 1;
  let catalog: Catalog;
  let clock: FakeClock;
  let watches: Watches;
  function change(mutate: (draft: Draft) => void): void {
    const draft = new Draft(viewOf(catalog));
    mutate(draft);
    catalog.apply(catalog.revision + 1, draft.changes);
  }

  /** Waits on `topic`, and tells how often it was woken by now. */
  function waiting(topic: Topic, known = catalog.revision, ms = 10_000) {
    let times = 0;
    const waiter: Waiter = { topic, known, ms, wake: () => void times++ };
    watches.add(waiter);
    const woken = async () => {
      await clock.advance(0);
      return times;
    };
    return { waiter, woken };
  }

  beforeEach(() => {
    catalog = new Catalog();
    clock = new FakeClock();
    watches = new Watches(catalog, clock);
    change((draft) => draft.putNode(aNode()));
    change((draft) => draft.putInstance(anInstance()));
  });

  it('wakes at once who does not know the latest news', () => {
    let woken = false;
    watches.add({ topic: 'service:web', known: 1, ms: 10_000, wake: () => void (woken = true) });
    expect(woken).toBe(true);
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
  ])('wakes who waits for %s, once', async (topic, mutate) => {
    const { woken } = waiting(topic);
    expect(await woken()).toBe(0);
    change(mutate);
    change(mutate);
    expect(await woken()).toBe(1);
    expect(watches.size).toBe(0);
  });

  it.each<[Topic, (draft: Draft) => void]>([
    ['service:web', (draft) => draft.putInstance(anInstance({ id: 'db-1', service: 'db' }))],
    ['service:none', (draft) => draft.removeInstance('node1', 'web-1')],
    ['node:other', (draft) => draft.putCheck(aCheck())],
    ['nodes', (draft) => draft.putCheck(aCheck())],
    ['services', (draft) => draft.putCheck(aCheck())],
  ])('lets who waits for %s sleep through a change elsewhere', async (topic, mutate) => {
    const { woken } = waiting(topic);
    change(mutate);
    expect(await woken()).toBe(0);
    expect(watches.size).toBe(1);
  });

  it('lets who knows a later revision than there is wait for a still later one', async () => {
    const { woken } = waiting('service:web', catalog.revision + 1);
    change((draft) => draft.putInstance(anInstance({ port: 1 })));
    expect(await woken()).toBe(0);
    change((draft) => draft.putInstance(anInstance({ port: 2 })));
    expect(await woken()).toBe(1);
  });

  it('wakes when the time is over', async () => {
    const { woken } = waiting('service:web', catalog.revision, 500);
    await clock.advance(200);
    const later = waiting('service:web', catalog.revision, 500);
    await clock.advance(299);
    expect(await woken()).toBe(0);
    await clock.advance(1);
    expect([await woken(), await later.woken()]).toEqual([1, 0]);
    await clock.advance(200);
    expect([await woken(), await later.woken()]).toEqual([1, 1]);
    expect(watches.size).toBe(0);
  });

  it('forgets who does not want to wait any more', async () => {
    const { waiter, woken } = waiting('service:web', catalog.revision, 500);
    expect(watches.remove(waiter)).toBe(true);
    expect(watches.size).toBe(0);
    expect(watches.remove(waiter)).toBe(false);
    change((draft) => draft.putInstance(anInstance({ port: 1 })));
    await clock.advance(1_000);
    expect(await woken()).toBe(0);
  });

  it('wakes thousands, in several goes', async () => {
    const all = Array.from({ length: 1_000 }, () => waiting('service:web'));
    change((draft) => draft.putInstance(anInstance({ port: 1 })));
    expect(watches.size).toBe(0);
    const awake = async () => (await Promise.all(all.map(({ woken }) => woken()))).every((times) => times === 1);
    expect(watches.remove(all[999]!.waiter)).toBe(false);
    await eventually('all to be awake', 5_000, awake);
  });

  it('lets everybody go when it closes', async () => {
    const { woken } = waiting('all', catalog.revision + 1_000);
    watches.close();
    expect(await woken()).toBe(1);
    expect(await waiting('all').woken()).toBe(1);
    expect(watches.size).toBe(0);
  });

  it('wakes each waiter when a plain list of them would', async () => {
    const step = fc.oneof(
      fc.record({ wait: fc.constantFrom('service:a', 'service:b', 'all'), ms: fc.constantFrom(100, 150, 1_000) }),
      fc.record({ change: fc.constantFrom('a', 'b') }),
      fc.record({ pass: fc.integer({ min: 0, max: 120 }) }),
      fc.record({ leave: fc.nat(9) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const model: { topic: string; due: number; expected: number; woken(): Promise<number>; waiter: Waiter }[] = [];
        const wake = (which: (one: (typeof model)[0]) => boolean) => {
          for (const one of model) if (one.expected === 0 && which(one)) one.expected = 1;
        };
        for (const each of steps) {
          if ('wait' in each) {
            const due = clock.monotonic() + each.ms;
            model.push({
              topic: each.wait,
              due,
              expected: 0,
              ...waiting(each.wait as Topic, catalog.revision, each.ms),
            });
          } else if ('change' in each) {
            change((draft) => draft.putInstance(anInstance({ id: each.change, service: each.change, port: port++ })));
            wake(({ topic }) => topic === 'all' || topic === `service:${each.change}`);
          } else if ('pass' in each) {
            await clock.advance(each.pass);
            wake(({ due }) => due <= clock.monotonic());
          } else {
            const [gone] = model.splice(each.leave, 1);
            if (gone) expect(watches.remove(gone.waiter)).toBe(gone.expected === 0);
          }
          for (const { expected, woken } of model) expect(await woken()).toBe(expected);
        }
        for (const { waiter } of model) watches.remove(waiter);
        expect(watches.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
