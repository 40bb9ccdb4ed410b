import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { aCheck, anInstance, aNode, eventually, FakeClock, MemoryStore } from '#libs/testing';
import type { Check } from '../model.js';
import { Registry } from '../registry.js';
import { StoreError } from '../stores/store.js';
import type { HttpProbe, TtlProbe } from './probe.js';

const ttl: TtlProbe = { type: 'ttl', ttl: 10_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 };

/** A check of an HTTP server, once it listens. */
async function listening(server: Server): Promise<HttpProbe> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    type: 'http',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    method: 'GET',
    headers: {},
    body: '',
    disableRedirects: false,
    tlsServerName: '',
    tlsSkipVerify: false,
    interval: 4_000,
    timeout: 1_000,
    successBeforePassing: 0,
    failuresBeforeWarning: 0,
    failuresBeforeCritical: 0,
    outputMaxSize: 4096,
    deregisterCriticalServiceAfter: 0,
  };
}

const log = createLogger({ level: 'silent', format: 'json' }, 'test');

describe('CheckRunner', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let registry: Registry;
  let http: Server | undefined;
  beforeEach(async () => {
    clock = new FakeClock();
    store = new MemoryStore();
    registry = new Registry({ store, clock, log, node: aNode(), random: () => 0.5 });
    await registry.start();
    await registry.commit((draft) => draft.putInstance(anInstance()));
  });
  afterEach(async () => {
    http?.close();
    await registry.stop();
  });

  async function register(given: Partial<Check>): Promise<void> {
    await registry.commit((draft) => draft.putCheck(aCheck({ id: 'c', serviceId: 'web-1', probe: ttl, ...given })));
    store.writes = 0;
  }
  const check = () => registry.catalog.check('node1', 'c')!.check;

  it('lets a service that is silent for its TTL go critical, and come back', async () => {
    await register({});
    await clock.advance(9_999);
    expect(check().status).toBe('passing');
    await clock.advance(1);
    expect(check()).toMatchObject({ status: 'critical', output: 'TTL expired' });
    expect(await registry.checks.report('c', { status: 'passing', output: 'back' })).toBe(true);
    expect(check()).toMatchObject({ status: 'passing', output: 'back' });
    expect(registry.checks.verdicts.ttl).toEqual({ passing: 1, warning: 0, critical: 1 });
  });

  it('pays nothing for heartbeats', async () => {
    await register({});
    for (let beat = 0; beat < 100; beat++) {
      await clock.advance(5_000);
      await registry.checks.report('c', { status: 'passing', output: '' });
    }
    expect(check().status).toBe('passing');
    expect(store.writes).toBe(0);
  });

  it('holds a mere output back, but shows it', async () => {
    await register({});
    await registry.checks.report('c', { status: 'passing', output: 'load 3' });
    expect(store.writes).toBe(0);
    expect(registry.checks.output(check())).toBe('load 3');
    for (let beat = 0; beat < 60; beat++) {
      await clock.advance(5_000);
      await registry.checks.report('c', { status: 'passing', output: `load ${beat}` });
    }
    expect(check().output).toMatch(/^load \d+$/);
    expect(store.writes).toBeLessThan(3);
  });

  it('does not take a report for a check without a TTL', async () => {
    expect(await registry.checks.report('none', { status: 'passing', output: '' })).toBe(false);
  });

  it('gives each service its full TTL after a start', async () => {
    await register({});
    await clock.advance(8_000);
    registry.checks.stop();
    registry.checks.start();
    await clock.advance(9_000);
    expect(check().status).toBe('passing');
  });

  it('takes no silence of its own for one of the services: after a stop each has its full TTL', async () => {
    await register({});
    await clock.advance(8_000);
    await clock.stall(3_600_000);
    await clock.advance(9_999);
    expect(check().status).toBe('passing');
    await clock.advance(1);
    expect(check().status).toBe('critical');
  });

  it('removes no service for the time in which it could not report', async () => {
    await register({ status: 'critical', probe: { ...ttl, ttl: 600_000, deregisterCriticalServiceAfter: 60_000 } });
    await clock.advance(20_000);
    await clock.stall(3_600_000);
    await clock.advance(60_000);
    expect(registry.catalog.instance('node1', 'web-1')).toBeDefined();
    await clock.advance(30_000);
    expect(registry.catalog.instance('node1', 'web-1')).toBeUndefined();
  });

  it('runs the checks of every node', async () => {
    await registry.commit((draft) => {
      draft.putNode(aNode({ name: 'Node2' }));
      draft.putCheck(aCheck({ node: 'Node2', id: 'c', probe: ttl }));
    });
    await clock.advance(10_000);
    expect(registry.catalog.check('node2', 'c')!.check.status).toBe('critical');
  });

  it('stops a check that is removed, and runs one that changed anew', async () => {
    await register({});
    await registry.commit((draft) => draft.putCheck({ ...check(), probe: { ...ttl, ttl: 60_000 } }));
    await clock.advance(30_000);
    expect(check().status).toBe('passing');
    await registry.commit((draft) => draft.removeCheck('node1', 'c'));
    await clock.advance(120_000);
    expect(registry.catalog.check('node1', 'c')).toBeUndefined();
  });

  it('stores an expiry later when the disk is full', async () => {
    await register({});
    store.beforeWrite = () => {
      throw new StoreError('full', 'no space');
    };
    await clock.advance(10_000);
    expect(check().status).toBe('passing');
    store.beforeWrite = () => {};
    await clock.advance(1_000);
    expect(check().status).toBe('critical');
  });

  it('removes a service that was critical for longer than it allows, and not before', async () => {
    await register({ probe: { ...ttl, deregisterCriticalServiceAfter: 60_000 } });
    await clock.advance(10_000 + 60_000);
    expect(registry.catalog.instance('node1', 'web-1')).toBeDefined();
    await clock.advance(30_000);
    expect(registry.catalog.instance('node1', 'web-1')).toBeUndefined();
  });

  it('takes over the health of what an alias names', async () => {
    await registry.commit((draft) => draft.putInstance(anInstance({ id: 'db-1', service: 'db' })));
    const alias = {
      type: 'alias',
      node: 'node1',
      serviceId: 'db-1',
      outputMaxSize: 4096,
      deregisterCriticalServiceAfter: 0,
    } as const;
    await register({ type: 'alias', status: 'critical', probe: alias });
    await clock.advance(0);
    expect(check().status).toBe('passing');
    await registry.commit((draft) => draft.putCheck(aCheck({ id: 'db', serviceId: 'db-1', status: 'warning' })));
    await clock.advance(0);
    expect(check()).toMatchObject({ status: 'warning', output: 'Aliased checks are warning.' });
    await registry.commit((draft) => draft.removeInstance('node1', 'db-1'));
    await clock.advance(0);
    expect(check()).toMatchObject({ status: 'critical', output: 'No service to alias' });
  });

  it('runs an HTTP check after a part of its interval, then at each', async () => {
    let healthy = true;
    let requests = 0;
    http = createServer((_request, response) => {
      requests++;
      response.writeHead(healthy ? 200 : 500).end();
    });
    await register({ status: 'critical', probe: await listening(http) });
    await clock.advance(1_999);
    expect(requests).toBe(0);
    await clock.advance(1);
    await eventually('the first run', 5_000, async () => check().status === 'passing');
    healthy = false;
    await eventually('the second run', 5_000, async () => {
      await clock.advance(4_000);
      return check().status === 'critical';
    });
    expect(check().output).toContain('500 Internal Server Error');
    const { passing, warning, critical } = registry.checks.verdicts.http;
    expect([passing > 0, warning, critical > 0]).toEqual([true, 0, true]);
  });

  it('does not take for a failure that it was stopped while a check ran', async () => {
    let requests = 0;
    http = createServer((_request, response) => {
      requests++;
      if (requests > 1) response.end();
    });
    await register({ output: 'HTTP GET', probe: await listening(http) });
    await clock.advance(2_000);
    await eventually('the first run', 5_000, () => requests === 1);
    await clock.stall(60_000);
    await eventually('another run', 5_000, async () => {
      await clock.advance(10);
      return requests === 2;
    });
    expect(check().status).toBe('passing');
    expect(store.log.flat().map((change) => change.kind === 'put-check' && change.check.status)).not.toContain(
      'critical',
    );
  });
});
