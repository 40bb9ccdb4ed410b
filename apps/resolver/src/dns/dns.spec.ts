import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestResolver, type TestResolver } from '../../../../test/resolver.js';

const dns = new Resolver();
let resolver: TestResolver;

beforeAll(async () => {
  resolver = await startTestResolver();
  dns.setServers([resolver.dns]);
});
afterAll(() => resolver?.stop());

async function register(service: object): Promise<void> {
  const body = JSON.stringify({ Node: 'n1', Address: '10.0.0.1', Service: service });
  const answer = await fetch(`${resolver.registry}/v1/catalog/register`, { method: 'PUT', body });
  expect(answer.status).toBe(200);
}

it('answers an instance whose weight no SRV record can hold with the nearest one', async () => {
  await register({ ID: 'a', Service: 'heavy', Port: 1, Weights: { Passing: 70_000, Warning: -1 } });
  expect(await dns.resolveSrv('heavy.service.consul')).toMatchObject([{ weight: 65_535, port: 1 }]);
});

it('answers what was registered before the 200, and nothing else after a change', async () => {
  await register({ ID: 'b', Service: 'web', Address: '10.0.0.2', Port: 80 });
  expect(await dns.resolve4('web.service.consul')).toEqual(['10.0.0.2']);
  await register({ ID: 'b', Service: 'web', Address: '10.0.0.3', Port: 80 });
  expect(await dns.resolve4('web.service.consul')).toEqual(['10.0.0.3']);
});

it('knows a step on the way to a tag, which resolvers that ask label by label pass by', async () => {
  await register({ ID: 'c', Service: 'db', Port: 1, Tags: ['V1.Primary'] });
  await expect(dns.resolve4('primary.db.service.consul')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(dns.resolve4('second.db.service.consul')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await register({ ID: 'c', Service: 'db', Port: 1, Tags: [] });
  await expect(dns.resolve4('primary.db.service.consul')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});
