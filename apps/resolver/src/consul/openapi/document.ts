import type { OpenAPIObject } from '@nestjs/swagger';
import { neededRole } from '../access/access.js';
import type { Operation, Parameter, Routes } from './operation.js';
import { READ } from './parameters.js';
import { schemaOf } from './schema.js';

const DESCRIPTION = `The part of Consul's HTTP API that is about finding services, as Consul 1.21 has it. Errors are plain text. Where
there are tokens, each operation says which role it needs; a token is sent as X-Consul-Token, as Authorization: Bearer, or as ?token=.`;

/** Errors that any operation may answer, by status. */
const ERRORS = {
  400: 'The request is wrong.',
  403: 'Whoever asks may not do this.',
  404: 'There is no such service or check.',
  429: 'The client asks too much; Retry-After says when to try again.',
  500: 'The request is wrong in one of the ways for which Consul has this status, or something went wrong.',
  503: 'The change cannot be stored now; Retry-After says when to try again.',
};

/** Headers of an answer that a client can wait for. */
const INDEX_HEADERS = [
  'X-Consul-Index',
  'X-Consul-KnownLeader',
  'X-Consul-LastContact',
  'X-Consul-Effective-Consistency',
];

/** The OpenAPI 3.1 document of the routes that the router has. */
export function buildDocument(routes: Routes, title: string, version: string): OpenAPIObject {
  const paths = [...routes].map(([url, operations]) => [
    pathOf(url, operations.values().next().value),
    operationsOf(url, operations),
  ]);
  return {
    openapi: '3.1.1',
    info: { title, version, description: DESCRIPTION },
    paths: Object.fromEntries(paths) as OpenAPIObject['paths'],
    components: {
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'X-Consul-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
    security: [{}, { token: [] }, { bearer: [] }],
  };
}

/** What the rest of a path names, where nobody said it. */
const REST = 'rest';

function pathOf(url: string, operation: Operation | undefined): string {
  return url.replace('*', `{${operation?.rest ?? REST}}`);
}

function operationsOf(url: string, operations: ReadonlyMap<string, Operation | undefined>): object {
  const described = [...operations]
    .filter(([method]) => /^(GET|PUT|POST|DELETE|PATCH)$/.test(method))
    .map(([method, operation]) => [method.toLowerCase(), describe(method, url, operation)]);
  return Object.fromEntries(described) as object;
}

function describe(method: string, url: string, operation: Operation = { summary: `${method} ${url}` }): object {
  const { summary, rest = REST, query = [], body, example } = operation;
  const role = neededRole(method, url);
  const path = { name: rest, in: 'path', required: true, schema: { type: 'string' } };
  return {
    operationId: `${method.toLowerCase()}${url.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [url.split('/')[2]],
    summary,
    description: `Where there are tokens, it needs ${role ? `the role ${role}` : 'none'}.`,
    parameters: [...(url.includes('*') ? [path] : []), ...query.map(parameter)],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.schema } } } }),
    responses: { 200: success(query, example), ...errors() },
  };
}

function parameter({ name, description, schema }: Parameter): object {
  return { name, in: 'query', description, schema, ...(schema.type === 'array' && { explode: true }) };
}

function success(query: readonly Parameter[], example: Operation['example']): object {
  const waits = query.includes(READ[0]!);
  const headers = Object.fromEntries(INDEX_HEADERS.map((name) => [name, { schema: { type: 'string' } }]));
  if (!example) return { description: 'Done; the body is empty.' };
  const value = example();
  const isMap = isByName(value);
  return {
    description: 'The answer.',
    ...(waits && { headers }),
    content: { 'application/json': { schema: schemaOf(value, isMap), example: value } },
  };
}

/** Whether an answer's keys are ids or names, as far as an example tells: Consul's own keys begin with a capital. */
function isByName(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).every((key) => /^[a-z]/.test(key));
}

function errors(): object {
  const content = { 'text/plain': { schema: { type: 'string' } } };
  return Object.fromEntries(
    Object.entries(ERRORS).map(([status, description]) => [status, { description, content }]),
  ) as object;
}
