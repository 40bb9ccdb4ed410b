import Consul from 'consul';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
});
