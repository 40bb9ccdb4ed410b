import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { aCheck, anInstance, aNode, eventually, FakeClock, MemoryStore, tempFolder } from '#libs/testing';
import type { Draft } from './draft.js';
import { OWN_SERVICE, SERF_HEALTH } from './operations/own-node.js';
import { Registry } from './registry.js';
import { SqliteStore } from './stores/sqlite/sqlite-store.js';
import { StoreError, type RegistryStore } from './stores/store.js';
import type { CatalogEvent } from './touch.js';

const log = createLogger({ level: 'silent', format: 'json' }, 'test');

describe('Registry', () => {
  let folder: ReturnType<typeof tempFolder>;
  let clock: FakeClock;
  let running: Registry[];
  beforeEach(() => {
    folder = tempFolder();
    clock = new FakeClock();
    running = [];
  });
  afterEach(async () => {
    for (const registry of running) await registry.stop();
    folder.remove();
  });

  async function start(store: RegistryStore = new SqliteStore({ folder: folder.path, clock })): Promise<Registry> {
    const registry = new Registry({
      store,
      clock,
      log,
      node: aNode(),
    });
    running.push(registry);
    await registry.start();
    return registry;
  }

  it('has its own node, service and check from the start', async () => {
    const { catalog } = await start();
    expect(catalog.service('consul')?.instances).toMatchObject([{ instance: { port: 8300 }, status: 'passing' }]);
    expect(catalog.check('node1', 'serfHealth')?.check).toMatchObject({ status: 'passing', serviceId: '' });
  });

  it('has after a restart what was committed before, health included, under an index that did not go back', async () => {
    const first = await start();
    await first.commit((draft) => {
      draft.putInstance(anInstance({ tags: ['a'] }));
      draft.putCheck(aCheck({ id: 'c', serviceId: 'web-1', status: 'warning', output: 'slow' }));
    });
    await first.commit((draft) => draft.putInstance(anInstance({ id: 'web-2' })));
    await first.commit((draft) => draft.removeInstance('node1', 'web-2'));
    const index = first.catalog.serviceRevision('web');
    await first.stop();
    const { catalog } = await start();
    expect(catalog.service('web')?.instances).toMatchObject([
      { instance: anInstance({ tags: ['a'] }), status: 'warning' },
    ]);
    expect(catalog.serviceRevision('web')).toBeGreaterThanOrEqual(index);
  });

  it('commits nothing at a restart that changes nothing', async () => {
    await (await start()).stop();
    const { catalog } = await start();
    expect(catalog.revision).toBe(1);
  });

  it.each<[string, (draft: Draft) => void]>([
    ['its node', (draft) => draft.removeNode('NODE1')],
    ['its service', (draft) => draft.removeInstance('node1', OWN_SERVICE)],
    ['its check', (draft) => draft.removeCheck('node1', SERF_HEALTH)],
    ['its service to another', (draft) => draft.putInstance(anInstance({ id: OWN_SERVICE }))],
    ['its check to a bad verdict', (draft) => draft.putCheck(aCheck({ id: SERF_HEALTH, status: 'critical' }))],
  ])('does not lose %s', async (_what, mutate) => {
    const first = await start(new MemoryStore());
    await first.commit(mutate);
    expect(first.catalog.service(OWN_SERVICE)?.instances).toMatchObject([
      { node: { node: aNode() }, status: 'passing' },
    ]);
    expect(first.catalog.check('node1', SERF_HEALTH)?.check.status).toBe('passing');
    await first.commit((draft) => draft.putInstance(anInstance()));
  });

  it('has its node after a restart when it was removed before', async () => {
    const first = await start();
    await first.commit((draft) => draft.putInstance(anInstance()));
    await first.commit((draft) => draft.removeNode('node1'));
    await first.stop();
    const { catalog } = await start();
    expect([...catalog.services()].map(({ key }) => key)).toEqual([OWN_SERVICE]);
    expect(catalog.revision).toBe(3);
  });

  it('leaves a node that somebody described anew as it is', async () => {
    const registry = await start(new MemoryStore());
    await registry.commit((draft) => draft.putNode(aNode({ address: '10.9.9.9' })));
    expect(registry.catalog.node('node1')?.node.address).toBe('10.9.9.9');
  });

  it('says that it cannot be written until it can, trying once a second while it is asked', async () => {
    const store = new MemoryStore();
    const registry = await start(store);
    registry.requireWritable();
    let attempts = 0;
    store.beforeWrite = () => {
      attempts++;
      throw new StoreError('full', 'no space');
    };
    await expect(registry.commit((draft) => draft.putInstance(anInstance()))).rejects.toThrow('no space');
    for (let i = 0; i < 10; i++) {
      expect(() => registry.requireWritable()).toThrow('no space');
      await clock.advance(250);
    }
    expect(attempts).toBe(1 + 3);
    store.beforeWrite = () => {};
    await clock.advance(1_000);
    expect(() => registry.requireWritable()).toThrow('no space');
    await clock.advance(0);
    registry.requireWritable();
    expect(registry.catalog.revision).toBe(1);
  });

  it('takes over the state as it is when it missed too much of the log', async () => {
    const registry = await start(new SqliteStore({ folder: folder.path, clock, keep: 2 }));
    await registry.commit((draft) => draft.putInstance(anInstance()));
    const events: CatalogEvent[] = [];
    registry.catalog.subscribe((event) => events.push(event));
    const other = new SqliteStore({ folder: folder.path, clock, keep: 2 });
    await other.load();
    const names = ['n3', 'n4', 'n5', 'n6', 'n7'];
    await other.commit(2, [[{ kind: 'remove-instance', node: 'node1', id: 'web-1' }]]);
    for (const [i, name] of names.entries()) await other.commit(3 + i, [[{ kind: 'put-node', node: aNode({ name }) }]]);
    await other.close();
    await clock.advance(1_000);
    expect(registry.stale).toBe(true);
    expect(() => registry.requireWritable()).toThrow('no longer in the log');
    await eventually('the state of the store', 5_000, async () => (await clock.advance(1_000), !registry.stale));
    await eventually('a write', 5_000, () => (registry.requireWritable(), true));
    expect(registry.catalog.service('web')).toBeUndefined();
    expect([...registry.catalog.nodes()].map(({ node }) => node.name)).toEqual(['node1', ...names]);
    expect(registry.catalog.revision).toBe(8);
    expect(events).toMatchObject([{ everything: true }, { revision: 8 }, { everything: true }]);
    expect(events[1]!.services).toEqual(new Set(['web']));
  });

  it('takes no changes once it drains, and can still be read', async () => {
    const registry = await start();
    const under = registry.commit((draft) => draft.putInstance(anInstance()));
    await registry.drain();
    await under;
    await expect(registry.commit((draft) => draft.removeNode('node1'))).rejects.toMatchObject({ reason: 'closed' });
    expect(registry.catalog.service('web')).toBeDefined();
  });
});
