import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { aCheck, anInstance, aNode, FakeClock, tempFolder } from '#libs/testing';
import { Registry } from './registry.js';
import { SqliteStore } from './stores/sqlite/sqlite-store.js';

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

  async function start(): Promise<Registry> {
    const registry = new Registry({
      store: new SqliteStore({ folder: folder.path, clock }),
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

  it('does not share its folder with another process', async () => {
    await start();
    await expect(start()).rejects.toThrow('another process uses this data folder');
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
