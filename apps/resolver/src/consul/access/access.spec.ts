import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Discovery } from '#libs/discovery';
import { createLogger } from '#libs/observability';
import { systemClock } from '#libs/time';
import { startConsulApi, type ConsulApi } from '../../../../../test/consul-api.js';
import { keyOf, parseTokens } from './token-table.js';

const TABLE = parseTokens(
  ['read', 'write', 'operator'].map((role) => `${role} sha256:${hash('sha256', `the ${role} token`)}`).join('\n'),
);
const TOKENS = { find: (token: string) => TABLE.get(keyOf(token)) };

const REGISTER = ['PUT', '/v1/agent/service/register', '{"Name":"web"}'] as const;
const READ = ['GET', '/v1/catalog/services'] as const;

describe('with tokens', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi(undefined, { access: { tokens: TOKENS, publicReads: false } });
  });
  afterAll(() => api.stop());

  async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const response = await fetch(api.url + path, { method, headers, ...(body !== undefined && { body }) });
    const policy = response.headers.get('x-consul-default-acl-policy');
    return { status: response.status, text: await response.text(), policy };
  }

  function denied(permission: string) {
    const text = new RegExp(
      `^Permission denied: token with AccessorID '[0-9a-f-]{36}' lacks permission '${permission}'$`,
    );
    return { status: 403, text: expect.stringMatching(text), policy: 'deny' };
  }

  it.each([
    ['nobody', ...READ, 'service:read'],
    ['nobody', ...REGISTER, 'service:write'],
    ['read', ...REGISTER, 'service:write'],
    ['read', 'GET', '/v1/agent/host', 'operator:write'],
    ['read', 'PUT', '/v1/agent/check/pass/x', 'service:write'],
    ['write', 'GET', '/v1/agent/host', 'operator:write'],
    ['write', 'PUT', '/v1/agent/maintenance?enable=true', 'operator:write'],
    ['write', 'PUT', '/v1/agent/reload', 'operator:write'],
  ])('%s may not %s %s', async (role, method, path, ...more) => {
    const permission = more.at(-1)!;
    const { revision } = api.registry.catalog;
    const headers: Record<string, string> = role === 'nobody' ? {} : { 'X-Consul-Token': `the ${role} token` };
    const body = method === 'PUT' ? '{"Name":"web"}' : undefined;
    expect(await ask(method, path, body, headers)).toEqual(denied(permission));
    expect(api.registry.catalog.revision).toBe(revision);
  });

  it.each([
    ['read', ...READ],
    ['write', ...READ],
    ['write', ...REGISTER],
    ['operator', ...REGISTER],
    ['operator', 'GET', '/v1/agent/host'],
    ['operator', 'PUT', '/v1/agent/maintenance?enable=false'],
  ])('%s may %s %s', async (role, method, path, body?: string) => {
    const headers = { 'X-Consul-Token': `the ${role} token` };
    expect(await ask(method, path, body, headers)).toMatchObject({ status: 200, policy: 'deny' });
  });

  const bearer = { authorization: 'Bearer the%20read' };

  it.each([
    ['a header', '', { 'x-consul-token': 'the read token' }, 200],
    ['a parameter', '?token=the+read+token', {}, 200],
    ['a parameter, before a header', '?token=the+read+token', { 'x-consul-token': 'wrong' }, 200],
    ['an empty parameter and a header', '?token=', { 'x-consul-token': 'the read token' }, 200],
    ['a header, before a bearer', '', { 'x-consul-token': 'the read token', ...bearer }, 200],
    ['an empty header', '', { 'x-consul-token': '' }, 403],
    ['a parameter that is no token', '?token=wrong', {}, 403],
    ['the hash of a token', '', { 'x-consul-token': hash('sha256', 'the read token') }, 403],
    ['a password', '', { authorization: 'Basic dGhlIHJlYWQgdG9rZW4=' }, 403],
  ])('takes %s', async (_what, query, headers, status) => {
    expect((await ask('GET', `/v1/catalog/services${query}`, undefined, headers)).status).toBe(status);
  });

  it.each([
    [{ 'x-consul-token': 'wrong' }, '/v1/catalog/services'],
    [bearer, '/v1/catalog/services'],
    [{}, '/v1/catalog/services?token=wrong'],
  ])('says that it does not know %j', async (headers, path) => {
    expect(await ask('GET', path, undefined, headers as Record<string, string>)).toMatchObject({
      status: 403,
      text: 'ACL not found',
    });
  });

  it.each([
    ['GET', '/', 200],
    ['GET', '/v1/nothing', 404],
    ['OPTIONS', '/v1/catalog/services', 200],
    ['POST', '/v1/catalog/services', 405],
    ['GET', '/v1/acl/token/self', 401],
  ])('needs none for %s %s', async (method, path, status) => {
    expect(await ask(method, path)).toMatchObject({ status });
  });

  it('does not read the body of a stranger', async () => {
    expect(await ask('PUT', '/v1/catalog/register', 'x'.repeat(600_000))).toEqual(denied('service:write'));
  });

  it('lets a service register itself that has one', async () => {
    const log = createLogger({ level: 'silent', format: 'json' }, 'test');
    const service = { name: 'shop', port: 80, ttl: 60_000 };
    for (const [token, found] of [
      ['', false],
      ['the write token', true],
    ] as const) {
      const discovery = new Discovery({ registryUrl: api.url, token, clock: systemClock, log });
      discovery.register(service);
      await discovery.tried();
      expect(api.registry.catalog.service('shop') !== undefined).toBe(found);
      await discovery.stop();
    }
    expect(api.registry.catalog.service('shop')).toBeUndefined();
  });
});

describe('with tokens and public reads', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi(undefined, { access: { tokens: TOKENS, publicReads: true } });
  });
  afterAll(() => api.stop());

  it.each([
    ['GET', '/v1/catalog/services', 200],
    ['GET', '/v1/health/service/web', 200],
    ['GET', '/v1/catalog/services?token=wrong', 403],
    ['GET', '/v1/agent/host', 403],
    ['PUT', '/v1/agent/service/deregister/web', 403],
  ])('%s %s without one is %d', async (method, path, status) => {
    expect((await fetch(api.url + path, { method })).status).toBe(status);
  });
});

describe('without tokens', () => {
  let api: ConsulApi;
  beforeAll(async () => void (api = await startConsulApi()));
  afterAll(() => api.stop());

  it('takes any token, and allows everything', async () => {
    const headers = { 'x-consul-token': 'whatever' };
    const response = await fetch(`${api.url}/v1/agent/maintenance?enable=false`, { method: 'PUT', headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-consul-default-acl-policy')).toBe('allow');
  });
});
