// Requests that are nearly right, broken in one or two places: what is refused must not have changed anything.
import fc from 'fast-check';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

/** Requests that would be taken, one for each way to write. */
const WRITES: readonly (readonly [path: string, body?: object])[] = [
  [
    '/v1/agent/service/register?replace-existing-checks=true',
    {
      ID: 'web-1',
      Name: 'web',
      Tags: ['a', 'b'],
      Address: '10.0.0.7',
      TaggedAddresses: { lan: { Address: '10.0.0.7', Port: 80 } },
      Meta: { team: 'blog' },
      Port: 8080,
      Weights: { Passing: 1, Warning: 1 },
      EnableTagOverride: false,
      Checks: [
        { CheckID: 'c', TTL: '1h', Status: 'passing' },
        { HTTP: 'http://10.0.0.7/', Interval: '1h' },
      ],
    },
  ],
  ['/v1/agent/service/deregister/web-1'],
  ['/v1/agent/service/maintenance/web-1?enable=true&reason=fuzz'],
  ['/v1/agent/maintenance?enable=false'],
  ['/v1/agent/check/register', { ID: 'd', Name: 'd', ServiceID: 'web-1', TTL: '1h', Notes: 'x' }],
  ['/v1/agent/check/deregister/d'],
  ['/v1/agent/check/pass/c?note=well'],
  ['/v1/agent/check/update/c', { Status: 'warning', Output: 'so so' }],
  [
    '/v1/catalog/register?dc=dc1',
    {
      Node: 'n1',
      ID: '6f5c1f3e-0c1a-4d1e-9a51-0d2f3b4c5d6e',
      Address: '10.0.0.1',
      NodeMeta: { zone: 'a' },
      Service: { Service: 'db', Port: 5432, Tags: ['primary'], Meta: { a: 'b' } },
      Check: {
        Name: 'alive',
        Status: 'passing',
        ServiceID: 'db',
        Definition: { TCP: '10.0.0.1:5432', Interval: '10s' },
      },
    },
  ],
  ['/v1/catalog/deregister', { Node: 'n1', ServiceID: 'db' }],
];

const READS: readonly string[] = [
  '/v1/agent/services?filter=Service==web',
  '/v1/agent/service/web-1?hash=x&wait=1ms',
  '/v1/agent/health/service/id/web-1?format=text',
  '/v1/agent/health/service/name/web',
  '/v1/agent/members?wan=1&segment=_all',
  '/v1/catalog/service/web?tag=a&near=_agent&node-meta=a:b',
  '/v1/catalog/node/node1?stale',
  '/v1/health/service/web?passing=true&index=1&wait=1ms',
  '/v1/health/state/any?filter=Name+matches+"^S"',
  '/v1/coordinate/nodes?cached',
];

/** What stands in for a part of a request. */
const ODD = [
  '',
  '.',
  '..',
  '%2e%2e',
  '%2F',
  '%00',
  '%ff',
  '%zz',
  '%',
  '//',
  '/../',
  ';',
  '#',
  '?',
  '&&',
  '=',
  '__proto__',
  'constructor',
  'toString',
  'true',
  '-1',
  '1e999',
  '18446744073709551616',
  '%C3%A4%E2%82%AC',
  '\xff\xfe',
  'x'.repeat(5_000),
  '(((((',
  '"',
];

const oddJson = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e300,
    2 ** 53,
    '',
    ' ',
    '\0',
    '\ud800',
    'x'.repeat(3_000),
    '10s',
    '-5s',
    '0.0.0.0',
    '::',
  ),
  fc.constantFrom([], {}, [[]], [{}], { '': '' }, { a: { b: {} } }, ['\0'], { '\0': 'x' }),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Broken {
  readonly method: string;
  readonly target: string;
  readonly body: Buffer;
}

/** One of the members of a JSON value, wherever it is, replaced. */
function replaceMember(value: unknown, at: number, odd: unknown): unknown {
  if (typeof value !== 'object' || value === null) return odd;
  const keys = Object.keys(value);
  if (keys.length === 0) return odd;
  const key = keys[at % keys.length]!;
  const member = (value as Record<string, unknown>)[key];
  const next = replaceMember(member, Math.floor(at / keys.length), odd);
  return Array.isArray(value) ? value.with(Number(key), next) : { ...value, [key]: next };
}

/** Bytes put in, taken away or changed at a place of a text. */
function breakText(text: string, at: number, cut: number, put: string): string {
  const place = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, place) + put + text.slice(place + cut);
}

const brokenBody = (body: object | undefined): fc.Arbitrary<Buffer> => {
  const whole = body === undefined ? '' : JSON.stringify(body);
  const fragment = fc.constantFrom(
    '',
    '"',
    '{',
    '}',
    '[',
    ',',
    ':',
    '\\',
    '\\u0000',
    '\0',
    '\xff',
    '"Name":"x",',
    'null',
    '9'.repeat(400),
  );
  return fc.oneof(
    fc.constant(Buffer.from(whole)),
    fc.tuple(fc.nat(), oddJson).map(([at, odd]) => Buffer.from(JSON.stringify(replaceMember(body, at, odd)))),
    fc
      .tuple(fc.nat(), fc.nat(6), fragment)
      .map(([at, cut, put]) => Buffer.from(breakText(whole, at, cut, put), 'latin1')),
    fc.nat(whole.length).map((length) => Buffer.from(whole.slice(0, length))),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
};

const brokenTarget = (path: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(path) },
    fc.tuple(fc.nat(), fc.nat(4), fc.constantFrom(...ODD)).map(([at, cut, odd]) => breakText(path, at, cut, odd)),
    fc.constantFrom(...ODD).map((odd) => path.replace(/[^/=]*(?=\?|$)/, odd)),
    fc.constantFrom(...ODD).map((odd) => path + odd),
    fc.constantFrom(...ODD).map((odd) => path.replace(/=[^&]*/, `=${odd}`)),
  );

const request: fc.Arbitrary<Broken> = fc
  .oneof(
    fc.constantFrom(...WRITES).map(([path, body]) => ({ method: 'PUT', path, body })),
    fc.constantFrom(...READS).map((path) => ({ method: 'GET', path, body: undefined })),
  )
  .chain(({ method, path, body }) =>
    fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('POST', 'HEAD', 'OPTIONS') },
      ),
      target: brokenTarget(path),
      body: brokenBody(body),
    }),
  );

describe('broken requests', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    for (const [path, body] of WRITES.slice(0, 1)) {
      await fetch(api.url + path, { method: 'PUT', body: JSON.stringify(body) });
    }
  });
  afterAll(() => api.stop());

  function send({ method, target, body }: Broken): Promise<string> {
    // What no client can send in a first line would be another request.
    const line = target.replace(/[\s\0]/g, '_');
    const head = `${method} ${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      const socket = connect(api.port, '127.0.0.1', () =>
        socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body])),
      );
      let answer = '';
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('close', () => resolve(answer)).on('error', reject);
    });
  }

  /** All that is registered. */
  function dump(): string {
    const nodes = [...api.registry.catalog.nodes()].map((entry) => [
      entry.node,
      [...entry.instances.values()].map(({ instance }) => instance),
      [...entry.checks.values()].map(({ check }) => check),
    ]);
    return JSON.stringify(nodes);
  }

  it('change nothing when they are refused, are told why, and break nothing', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(request, async (broken) => {
        const before = dump();
        const answer = await send(broken);
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect([200, 301, 400, 404, 405, 429, 500, 503]).toContain(status);
        expect(answer).not.toMatch(/internal error|\n {4}at /);
        if (status >= 300) expect(dump()).toBe(before);
      }),
      { numRuns: 1_500 },
    );
    // Nearly right is right often enough, and wrong in more than one way.
    expect(statuses.get(200)).toBeGreaterThan(100);
    expect(statuses.get(400)).toBeGreaterThan(100);
    expect(statuses.get(404)).toBeGreaterThan(20);
    for (const path of ['/v1/catalog/nodes', '/v1/health/state/any', '/v1/agent/services', '/v1/agent/checks']) {
      expect((await fetch(api.url + path)).status).toBe(200);
    }
    expect(api.registry.catalog.instance('node1', 'consul')).toBeDefined();
  }, 120_000);
});
