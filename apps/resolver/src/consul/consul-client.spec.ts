import Consul from 'consul';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '#libs/testing';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe('the consul package from npm', () => {
  let api: ConsulApi;
  let consul: Consul;
  beforeAll(async () => {
    api = await startConsulApi();
    consul = new Consul({ host: '127.0.0.1', port: api.port });
  });
  afterAll(() => api.stop());

  it('registers, lists and deregisters a service', async () => {
    await consul.agent.service.register({
      name: 'web',
      id: 'web-1',
      address: '10.0.0.7',
      port: 8080,
      tags: ['http'],
      meta: { version: '3' },
      check: { name: 'alive', ttl: '10s', timeout: '5s', status: 'passing' },
    });
    expect(await consul.agent.service.list()).toMatchObject({
      'web-1': { Service: 'web', Address: '10.0.0.7', Port: 8080 },
    });
    expect(await consul.catalog.service.list()).toMatchObject({ web: ['http'], consul: [] });
    expect(await consul.health.service({ service: 'web', passing: true })).toMatchObject([
      { Service: { ID: 'web-1' } },
    ]);

    await consul.agent.check.fail({ id: 'service:web-1', note: 'down' });
    expect(await consul.health.service({ service: 'web', passing: true })).toEqual([]);
    await consul.agent.check.pass('service:web-1');
    expect(await consul.health.service({ service: 'web', passing: true })).toHaveLength(1);

    await consul.agent.service.deregister('web-1');
    expect(await consul.agent.service.list()).toEqual({});
    expect(await consul.catalog.service.nodes('web')).toEqual([]);
  });

  it('keeps a check alive by TTL, until it does not', async () => {
    await consul.agent.service.register({
      name: 'beat',
      check: { name: 'alive', ttl: '150ms', timeout: '', status: 'passing' },
    });
    await consul.agent.check.pass({ id: 'service:beat', note: 'alive' });
    expect(await consul.agent.check.list()).toMatchObject({ 'service:beat': { Status: 'passing', Output: 'alive' } });
    await eventually('the check to run out', 5_000, async () => {
      const [check] = (await consul.health.checks('beat')) as { Status: string; Output: string }[];
      return check?.Status === 'critical' && check.Output.startsWith('TTL expired');
    });
  });

  it('filters, and hears of a mistake', async () => {
    await consul.agent.service.register({ name: 'a', port: 1, meta: { team: 'x' } });
    await consul.agent.service.register({ name: 'b', port: 2 });
    const list = (filter: string) => consul.agent.services({ filter } as object);
    expect(Object.keys((await list('Meta.team == x')) as object)).toEqual(['a']);
    expect(Object.keys((await list('Port == 2 or "z" in Tags')) as object)).toEqual(['b']);
    await expect(list('Port contains 2')).rejects.toMatchObject({
      // Of a 500 the client keeps its text apart.
      response: { body: expect.stringContaining('Failed to create boolean expression evaluator') },
    });
  });

  it('takes a node and a service out for maintenance', async () => {
    await consul.agent.service.maintenance({ id: 'a', enable: true, reason: 'by hand' });
    expect(await consul.health.service({ service: 'a', passing: true })).toEqual([]);
    await consul.agent.service.maintenance({ id: 'a', enable: false });
    expect(await consul.health.service({ service: 'a', passing: true })).toHaveLength(1);
  });

  it('registers in the catalog, and reads nodes, checks and states', async () => {
    await consul.catalog.register({
      node: 'outside',
      address: '192.0.2.1',
      service: { service: 'db', port: 5432 },
      check: { name: 'alive', status: 'critical', serviceid: 'db' },
    });
    expect(await consul.catalog.node.services('outside')).toMatchObject({ Services: { db: { Port: 5432 } } });
    expect(await consul.health.node('outside')).toMatchObject([{ CheckID: 'alive', Status: 'critical' }]);
    expect(await consul.health.state('critical')).toMatchObject(
      expect.arrayContaining([{ Node: 'outside' }].map((wanted) => expect.objectContaining(wanted))),
    );
    await consul.catalog.deregister({ node: 'outside' });
    expect(await consul.catalog.node.list()).toHaveLength(1);
    expect(await consul.status.leader()).toBe('127.0.0.1:8300');
  });

  it('watches a service', async () => {
    const watch = consul.watch({
      method: consul.health.service,
      options: { service: 'watched', wait: '10s' },
    });
    const seen: number[] = [];
    const failed = vi.fn<(error: Error) => void>();
    watch.on('change', (entries: unknown[]) => seen.push(entries.length));
    watch.on('error', failed);
    await eventually('the first answer', 5_000, () => seen.length === 1);
    await consul.agent.service.register({ name: 'watched' });
    await eventually('the instance', 5_000, () => seen.at(-1) === 1);
    await consul.agent.service.deregister('watched');
    await eventually('its end', 5_000, () => seen.at(-1) === 0);
    watch.end();
    expect(failed).not.toHaveBeenCalled();
  });

  it('carries a token', async () => {
    const tokens = {
      find: (token: string) => (token === 'good' ? ({ role: 'read', accessor: '' } as const) : undefined),
    };
    const guarded = await startConsulApi(undefined, { access: { tokens, publicReads: false } });
    const list = (token: string) =>
      new Consul({ host: '127.0.0.1', port: guarded.port, defaults: { token } }).catalog.service.list();
    await expect(list('bad')).rejects.toThrow('ACL not found');
    expect(await list('good')).toMatchObject({ consul: [] });
    await guarded.stop();
  });
});
