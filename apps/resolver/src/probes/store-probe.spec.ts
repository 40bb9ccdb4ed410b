import { describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { Registry, StoreError } from '#libs/registry';
import { aNode, anInstance, FakeClock, MemoryStore } from '#libs/testing';
import { storeProbe } from './store-probe.js';

describe('storeProbe', () => {
  it('fails while the disk is full', async () => {
    const store = new MemoryStore();
    const log = createLogger({ level: 'silent', format: 'json' }, 'test');
    const registry = new Registry({ store, clock: new FakeClock(), log, node: aNode() });
    await registry.start();
    const probe = storeProbe(registry);
    expect(() => probe.check(AbortSignal.timeout(1_000))).not.toThrow();
    const full = new StoreError('full', 'no space');
    store.beforeWrite = () => Promise.reject(full);
    await expect(registry.commit((draft) => draft.putInstance(anInstance()))).rejects.toThrow();
    expect(() => probe.check(AbortSignal.timeout(1_000))).toThrow(full);
    await registry.stop();
  });
});
