// Several registries over one store, as several processes have them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { aCheck, anInstance, aNode, FakeClock, MemoryStore } from '#libs/testing';
import type { TtlProbe } from './checks/probe.js';
import type { Status } from './model.js';
import { Registry } from './registry.js';
import { StoreError } from './stores/store.js';

const probe: TtlProbe = { type: 'ttl', ttl: 10_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 };
const log = createLogger({ level: 'silent', format: 'json' }, 'test');

describe('registries that share a store', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let running: Registry[];
  let one: Registry;
  let two: Registry;
  beforeEach(async () => {
    clock = new FakeClock();
    store = new MemoryStore();
    running = [];
    one = await start(store);
    two = await start(new MemoryStore(store));
    await one.commit((draft) => {
      draft.putInstance(anInstance());
      draft.putCheck(aCheck({ id: 'c', serviceId: 'web-1', probe }));
    });
    await clock.advance(0);
  });
  afterEach(async () => {
    for (const registry of running) await registry.stop();
  });

  async function start(over: MemoryStore): Promise<Registry> {
    const registry = new Registry({ store: over, clock, log, node: aNode(), random: () => 0.5 });
    running.push(registry);
    await registry.start();
    return registry;
  }

  const check = (registry: Registry) => registry.catalog.check('node1', 'c')!.check;
  const beat = (registry: Registry, status: Status = 'passing', output = '') =>
    registry.checks.report('c', { status, output });

  it('are one node, and start without a change', () => {
    expect(store.log).toHaveLength(2);
    expect([...two.catalog.nodes()].map(({ node }) => node.name)).toEqual(['node1']);
  });

  it('see each other’s changes, and their own at once', async () => {
    await two.commit((draft) => draft.putInstance(anInstance({ id: 'web-2' })));
    expect(two.catalog.service('web')!.size).toBe(2);
    await clock.advance(0);
    expect(one.catalog.service('web')!.size).toBe(2);
    expect(one.catalog.revision).toBe(two.catalog.revision);
  });

  it('keep a check alive by heartbeats that any of them takes', async () => {
    for (let i = 0; i < 10; i++) {
      await clock.advance(9_000);
      expect(await beat(i % 2 ? one : two)).toBe(true);
    }
    expect(check(one).status).toBe('passing');
    expect(store.log).toHaveLength(2);
    await clock.advance(10_000);
    expect([check(one).status, check(two).status]).toEqual(['critical', 'critical']);
    expect(store.log).toHaveLength(3);
  });

  it('keep a check alive by registrations that any of them takes', async () => {
    for (let i = 0; i < 3; i++) {
      await clock.advance(9_000);
      two.checks.renew('c');
    }
    expect(check(one).status).toBe('passing');
  });

  it('store a change of status before the service is answered, whoever it told', async () => {
    await beat(two, 'warning', 'slow');
    expect(check(two)).toMatchObject({ status: 'warning', output: 'slow' });
    expect(store.log).toHaveLength(3);
    await clock.advance(0);
    expect(check(one)).toMatchObject({ status: 'warning', output: 'slow' });
    await beat(two, 'critical', 'down');
    await beat(two, 'passing', 'up');
    await clock.advance(9_999);
    expect(check(one)).toMatchObject({ status: 'passing', output: 'up' });
    expect(store.log).toHaveLength(5);
  });

  it('answer a service whose change could not be stored with the reason, and it counts as alive', async () => {
    const refuse = () => {
      throw new StoreError('full', 'no space');
    };
    const other = new MemoryStore(store);
    const three = await start(other);
    other.beforeWrite = refuse;
    await clock.advance(9_000);
    await expect(beat(three, 'warning')).rejects.toMatchObject({ reason: 'full' });
    await clock.advance(9_000);
    expect(check(one).status).toBe('warning');
  });

  it('show the latest output, whoever heard it, and store it late', async () => {
    const outputs = () => [one, two].map((registry) => registry.checks.output(check(registry)));
    await beat(two, 'passing', 'load 1');
    await clock.advance(0);
    expect(outputs()).toEqual(['load 1', 'load 1']);
    await beat(one, 'passing', 'load 2');
    await clock.advance(0);
    expect(outputs()).toEqual(['load 2', 'load 2']);
    expect(store.log).toHaveLength(2);
    for (let i = 0; i < 60; i++) {
      await clock.advance(5_000);
      await beat(two, 'passing', 'load 2');
    }
    expect([check(one).output, check(two).output]).toEqual(['load 2', 'load 2']);
    expect(store.log).toHaveLength(3);
  });

  it('pass the checks on when one stops, each with its full TTL from then on', async () => {
    await clock.advance(9_000);
    await one.stop();
    await clock.advance(9_999);
    expect(check(two).status).toBe('passing');
    await clock.advance(1);
    expect(check(two).status).toBe('critical');
    expect(await beat(two)).toBe(true);
    expect(check(two).status).toBe('passing');
  });

  it('do not take over checks while they stop themselves', async () => {
    await two.drain();
    await one.stop();
    await clock.advance(60_000);
    expect(check(two).status).toBe('passing');
  });

  it('take no report for a check that they do not run', async () => {
    await two.commit((draft) => draft.putCheck(aCheck({ id: 'other' })));
    expect(await two.checks.report('other', { status: 'passing', output: '' })).toBe(false);
    expect(await two.checks.report('none', { status: 'passing', output: '' })).toBe(false);
  });

  it.each([null, 'text', { node: 'node1' }, { node: 'node1', id: 'c', verdict: { status: 'odd', output: '' } }])(
    'are not disturbed by what is no report: %j',
    (message) => expect(one.checks.hear(message)).toBeUndefined(),
  );
});
