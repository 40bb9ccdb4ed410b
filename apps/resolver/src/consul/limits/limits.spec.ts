import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { startConsulApi, type ConsulApi } from '../../../../../test/consul-api.js';
import type { ConsulServerOptions } from '../server.js';
import { networksOf } from './networks.js';

const NOBODY = networksOf([]);
const HEAD = 'HTTP/1.1\r\nHost: x\r\n';

let api: ConsulApi;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await api.stop();
});

async function start(options: Partial<ConsulServerOptions>): Promise<void> {
  api = await startConsulApi(undefined, options);
}

/** An open connection, and all that came over it so far. */
async function open(text = ''): Promise<{ readonly socket: Socket; answer(): string; readonly end: Promise<string> }> {
  const socket = connect(api.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString())).on('error', () => undefined);
  const end = once(socket, 'close').then(() => answer);
  socket.write(text);
  return { socket, answer: () => answer, end };
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(api.url + path, init);
  const { status, headers } = response;
  return { status, text: await response.text(), retry: headers.get('retry-after'), headers };
}

describe('connections', () => {
  it('of one client are counted: one too many is told so and closed', async () => {
    await start({ connections: { perClient: 2, total: Infinity, unlimited: NOBODY } });
    const first = await open(`GET /v1/status/leader ${HEAD}\r\n`);
    await open();
    await eventually('an answer', 5_000, () => first.answer().includes('200 OK'));
    const third = await open(`PUT /v1/agent/service/register ${HEAD}Content-Length: 12\r\n\r\n{"Name":"a"}`);
    const answer = await third.end;
    expect(answer).toMatch(/^HTTP\/1\.1 429 [^]*connection: close[^]*retry-after: 1/i);
    expect(answer).toMatch(
      /\r\n\r\nYour IP is issuing too many concurrent connections, please rate limit your calls\n$/,
    );
    expect(api.registry.catalog.instance('node1', 'a')).toBeUndefined();
    first.socket.destroy();
    await eventually('a free place', 5_000, async () => {
      const next = await open(`GET /v1/status/leader ${HEAD}Connection: close\r\n\r\n`);
      return (await next.end).startsWith('HTTP/1.1 200');
    });
  });

  it('too many that ask nothing are closed as well', async () => {
    await start({ connections: { perClient: 1, total: Infinity, unlimited: NOBODY } });
    await open();
    expect(await (await open()).end).toBe('');
  });

  it('from unlimited networks are not counted', async () => {
    await start({ connections: { perClient: 1, total: Infinity, unlimited: networksOf(['127.0.0.0/8']) } });
    await open();
    await open();
    expect(await ask('/v1/status/leader')).toMatchObject({ status: 200 });
  });
});

describe('blocking queries', () => {
  const blocking = '/v1/catalog/services?wait=10m&index=';

  async function startWith(perClient: number, total: number): Promise<string> {
    await start({ watches: { perClient, total, unlimited: NOBODY } });
    const { headers } = await ask('/v1/catalog/services');
    return blocking + headers.get('x-consul-index');
  }

  it.each([
    ['of one client', 2, 9, { status: 429, retry: '1', text: 'Your IP is holding too many blocking queries' }],
    ['in all', 9, 2, { status: 503, retry: '5', text: 'Too many blocking queries are held' }],
  ])('%s are counted, and free their places', async (_what, perClient, total, refusal) => {
    const path = await startWith(perClient, total);
    const clients = [new AbortController(), new AbortController()];
    const held = clients.map(({ signal }) => ask(path, { signal }));
    await eventually('both to wait', 5_000, () => api.watches.size === 2);
    expect(await ask(path)).toMatchObject(refusal);
    expect(await ask('/v1/catalog/services')).toMatchObject({ status: 200 });
    clients[0]!.abort();
    await expect(held[0]).rejects.toThrow('aborted');
    await eventually('one to be gone', 5_000, () => api.watches.size === 1);
    const third = ask(path);
    await eventually('another to wait', 5_000, () => api.watches.size === 2);
    await ask('/v1/agent/service/register', { method: 'PUT', body: '{"Name":"web"}' });
    expect([await held[1], await third]).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(api.watches.size).toBe(0);
  });

  it('by hash are counted too', async () => {
    await startWith(1, 9);
    await ask('/v1/agent/service/register', { method: 'PUT', body: '{"Name":"web"}' });
    const { headers } = await ask('/v1/agent/service/web');
    const path = `/v1/agent/service/web?wait=10m&hash=${headers.get('x-consul-contenthash')}`;
    const held = ask(path);
    await eventually('it to wait', 5_000, () => api.watches.size === 1);
    expect(await ask(path)).toMatchObject({ status: 429 });
    await ask('/v1/agent/service/register', { method: 'PUT', body: '{"Name":"web","Port":1}' });
    expect(await held).toMatchObject({ status: 200 });
  });

  it('are counted when one connection sends many at once', async () => {
    const path = await startWith(3, 9);
    const request = `GET ${path} ${HEAD}\r\n`;
    const { answer, socket } = await open(request.repeat(20));
    await eventually('three to wait', 5_000, () => api.watches.size === 3);
    socket.destroy();
    await eventually('none to wait', 5_000, () => api.watches.size === 0);
    expect(answer()).toBe('');
  });
});

describe('endpoints', () => {
  it('are blocked by the beginning of their path, before anything else counts', async () => {
    await start({ endpoints: { blockEndpoints: ['/v1/agent/host', '/v1/agent/check/'] } });
    const blocked = { status: 403, text: 'Endpoint is blocked by agent configuration' };
    for (const path of ['/v1/agent/host', '/v1/%61gent/host', '/v1/agent/check/pass/x']) {
      expect(await ask(path)).toMatchObject(blocked);
    }
    expect(await ask('/v1/agent/host', { method: 'PUT' })).toMatchObject(blocked);
    expect(await ask('/v1/agent/checks')).toMatchObject({ status: 200 });
    expect(await ask('/v1/agent/host?%')).toMatchObject({ status: 500, text: '' });
  });

  it.each([
    ['10.0.0.0/8', 403],
    ['127.0.0.0/8', 200],
  ])('may be written to from %s: %d', async (network, status) => {
    await start({ endpoints: { blockEndpoints: [], allowWriteFrom: networksOf([network]) } });
    const answer = await ask('/v1/agent/service/register', { method: 'PUT', body: '{"Name":"a"}' });
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(status === 403 ? 'Access is restricted' : '');
    expect(await ask('/v1/agent/service/register', { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await ask('/v1/catalog/services')).toMatchObject({ status: 200 });
  });

  it('answer with the headers that are configured', async () => {
    await start({ responseHeaders: { 'X-Frame-Options': 'DENY' } });
    for (const path of ['/v1/status/leader', '/v1/nothing', '/', '/v1/catalog/service/']) {
      expect((await ask(path)).headers.get('x-frame-options')).toBe('DENY');
    }
  });
});

describe('requests', () => {
  const SHORT = { headersTimeout: 100, requestTimeout: 300 };

  it.each([
    ['a head that does not end', `GET /v1/status/leader ${HEAD}`, 408],
    ['a body that does not end', `PUT /v1/agent/service/register ${HEAD}Content-Length: 99\r\n\r\n{`, 408],
    [
      'a chunked body that does not end',
      `PUT /v1/catalog/register ${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
      408,
    ],
    ['a head that is too long', `GET /v1/status/leader ${HEAD}X: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['a path that is too long', `GET /v1/catalog/service/${'x'.repeat(17_000)} ${HEAD}\r\n`, 431],
    ['a query that is too long', `GET /v1/catalog/services?filter=${'x'.repeat(17_000)} ${HEAD}\r\n`, 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      `PUT /v1/catalog/register ${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a chunk of no length', `PUT /v1/catalog/register ${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['a NUL in a header', `GET /v1/status/leader ${HEAD}X: a\0b\r\n\r\n`, 400],
  ])('with %s are answered in plain text, and the connection is closed', async (_what, text, status) => {
    await start(SHORT);
    const answer = await (await open(text)).end;
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\n\r\n`));
    expect(answer).toMatch(/content-type: text\/plain; charset=utf-8/);
    expect(await ask('/v1/status/leader')).toMatchObject({ status: 200 });
  });

  it('of exactly the longest path are answered', async () => {
    await start({ maxHeaderBytes: 8_192 });
    expect(await ask(`/v1/catalog/service/${'x'.repeat(7_000)}`)).toMatchObject({ status: 200, text: '[]' });
    expect(await (await open(`GET /v1/catalog/service/${'x'.repeat(8_300)} ${HEAD}\r\n`)).end).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it('that are slow do not hold up a blocking query', async () => {
    await start(SHORT);
    const { headers } = await ask('/v1/catalog/services');
    const held = ask(`/v1/catalog/services?wait=700ms&index=${headers.get('x-consul-index')}`);
    expect(await held).toMatchObject({ status: 200 });
  });

  it('with more than 512 KiB of chunks are 413', async () => {
    await start({});
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const { end } = await open(`PUT /v1/catalog/register ${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`);
    expect(await end).toMatch(/^HTTP\/1\.1 413 [^]*text\/plain/);
  });
});
