import { PATH_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod, type Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, Metrics } from '#libs/observability';
import { startConsulApi, type ConsulApi } from '../../../../../test/consul-api.js';
import { startTestResolver, type TestResolver } from '../../../../../test/resolver.js';
import type { JsonSchema } from '../body/reader.js';
import { ConsulModule } from '../consul.module.js';
import { createConsulServer } from '../server.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: JsonSchema }> }>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

/** What a value has that a schema does not tell of; undefined for nothing. */
function untold(schema: JsonSchema, value: unknown, at = ''): string | undefined {
  if (Object.keys(schema).length === 0 || value === null) return undefined;
  if (Array.isArray(value))
    return value.map((item, i) => untold(schema.items ?? {}, item, `${at}[${i}]`)).find(Boolean);
  const type = typeof value === 'number' && schema.type === 'integer' ? 'integer' : typeof value;
  if (type !== schema.type) return `${at}: ${type} instead of ${schema.type}`;
  if (typeof value !== 'object') return undefined;
  return Object.entries(value)
    .map(([key, member]) => {
      const known = schema.properties?.[key] ?? schema.additionalProperties;
      return known ? untold(known as JsonSchema, member, `${at}.${key}`) : `${at}.${key} is not told of`;
    })
    .find(Boolean);
}

/** Method and path of each handler, as its controller says: `GET /v1/agent/service/*`. */
function routesOf(controllers: readonly Type[]): string[] {
  return controllers.flatMap((controller) => {
    const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const handlers = Object.getOwnPropertyNames(controller.prototype).map(
      (name) => (controller.prototype as Record<string, object>)[name]!,
    );
    return handlers
      .filter((handler) => Reflect.hasMetadata(METHOD_METADATA, handler))
      .map((handler) => {
        const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!;
        return `${method} /${prefix}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`.replace('//', '/');
      });
  });
}

describe('the OpenAPI document', () => {
  let resolver: TestResolver;
  let api: ConsulApi;
  let document: Document;
  let operations: { readonly method: string; readonly path: string; readonly operation: Operation }[];

  beforeAll(async () => {
    resolver = await startTestResolver();
    document = (await (await fetch(`${resolver.registry}/docs-json`)).json()) as Document;
    operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
      Object.entries(byMethod).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    api = await startConsulApi();
  });
  afterAll(async () => {
    await resolver.stop();
    await api.stop();
  });

  it('has each route of the API, and the API each of its own', () => {
    const log = createLogger({ level: 'silent', format: 'json' }, 'test');
    const made = { log, server: createConsulServer(), metrics: new Metrics('0'), traced: false };
    const rest = { ...made, reload: () => Promise.resolve() };
    const { controllers } = ConsulModule.forRoot({ ...api, ...rest });
    const routes = routesOf(controllers as Type[]).filter((route) => / \/v1\/(?!acl\/)/.test(route));
    const told = operations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/, '*')}`);
    expect(told.filter((route) => !route.includes('/v1/acl/')).sort()).toEqual(routes.sort());
    expect(told.filter((route) => route.includes('/v1/acl/'))).toHaveLength(5);
  });

  it('has only what is answered', async () => {
    for (const { method, path } of operations.filter((one) => !one.path.startsWith('/v1/acl/'))) {
      const answer = await fetch(resolver.registry + path.replace(/\{\w+\}/, 'x'), { method: 'OPTIONS' });
      expect(`${path} ${answer.headers.get('allow')}`).toBe(`${path} OPTIONS,${method}`);
    }
  });

  it('says in words what each operation does, and which role it needs', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      expect(operation.summary).toMatch(/^[A-Z][^/]+$/);
      expect(operation.description).toMatch(/needs (the role (read|write|operator)|none)\.$/);
      const named = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
    }
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('tells of every key that a body may have, and of no other', async () => {
    const bodies = operations.filter(({ operation }) => operation.requestBody);
    expect(bodies).toHaveLength(5);
    for (const { path, operation } of bodies) {
      const { properties } = operation.requestBody!.content['application/json'].schema;
      const send = async (keys: readonly string[]) => {
        const body = JSON.stringify(Object.fromEntries(keys.map((key) => [key, null])));
        return (await fetch(api.url + path.replace(/\{\w+\}/, 'x'), { method: 'PUT', body })).text();
      };
      expect(await send(Object.keys(properties!))).not.toContain('unknown field');
      expect(await send(['Nope'])).toBe('Request decode failed: json: unknown field "Nope"');
    }
  });

  it('tells of every key that answers have', async () => {
    const registration = {
      Name: 'web',
      ID: 'web-1',
      Address: '10.0.0.7',
      Tags: ['a'],
      Meta: { a: 'b' },
      Check: { TTL: '1h' },
    };
    await fetch(`${api.url}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify(registration) });
    const names = { name: 'web', service: 'web', id: 'web-1', node: 'node1', state: 'any' };
    for (const { path, operation } of operations.filter(
      ({ method, path: at }) => method === 'GET' && !at.includes('acl'),
    )) {
      const url = path.replace(/\{(\w+)\}/, (_, name: keyof typeof names) => names[name]);
      const answer: unknown = await (await fetch(api.url + url)).json();
      const { schema } = operation.responses['200']!.content!['application/json']!;
      expect([url, untold(schema, answer)]).toEqual([url, undefined]);
    }
    const { schema } = document.paths['/v1/status/leader']!['get']!.responses['200']!.content!['application/json']!;
    expect(untold(schema, 1)).toBe(': number instead of string');
  });

  it('is shown by a page that needs nothing from elsewhere', async () => {
    const page = await fetch(`${resolver.registry}/docs`);
    const html = await page.text();
    expect(html).toContain('<title>Signpost registry</title>');
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await fetch(new URL(file, `${resolver.registry}/docs`))).status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
