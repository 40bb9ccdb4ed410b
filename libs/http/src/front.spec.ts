import { connect } from 'node:net';
import { once } from 'node:events';
import { fastify, type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, RawHttp } from '#libs/testing';
import { prepareToDrain, type Drain } from './draining.js';
import { answerInFront, type ReadyAnswer } from './front.js';
import { RequestCounts } from './request-counts.js';

const { request } = RawHttp;
/** More than a socket takes at once. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, 'x');

describe('the front', () => {
  let server: FastifyInstance;
  let url: string;
  let requests: RequestCounts;
  let drain: Drain;
  /** What is found for `/later`. */
  let late: PromiseWithResolvers<ReadyAnswer | undefined>;
  const log = pino({ level: 'silent' });
  const ready = (body: Buffer): ReadyAnswer => ({
    status: 200,
    headers: ['x-way', 'front', 'content-length', String(body.length)],
    body,
    route: '/ready/:id',
  });

  beforeEach(async () => {
    late = Promise.withResolvers();
    server = fastify();
    requests = new RequestCounts(server);
    drain = prepareToDrain(server);
    server.all('/*', (_request, reply) => reply.header('x-way', 'fastify').send('asked'));
    answerInFront(server, { drain, requests, log }, ({ url: path }) => {
      if (path === '/later') return late.promise;
      if (path === '/broken') throw new Error('broken');
      if (path === '/ready') return ready(Buffer.from('ready'));
      return path === '/large' ? ready(LARGE) : undefined;
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    log.level = 'silent';
    await server.close();
  });

  const wayOf = (answer: string | undefined) => /^x-way: (\w+)/m.exec(answer ?? '')?.[1];

  /** @returns whether the front or Fastify answered, one word for each request */
  async function ways(...texts: string[]): Promise<(string | undefined)[]> {
    const connection = await RawHttp.connect(url);
    const answers = await connection.ask(...texts);
    connection.close();
    return answers.map(wayOf);
  }

  it('leaves to Fastify what it cannot look for', async () => {
    expect(await ways(request('GET /broken HTTP/1.1'), request('GET /ready HTTP/1.1'))).toEqual(['fastify', 'front']);
  });

  it('answers what lies ready, and leaves everything else to Fastify, in the order in which it came', async () => {
    const [yes, no] = [request('GET /ready HTTP/1.1'), request('GET /other HTTP/1.1')];
    expect(await ways(yes, no, no, yes, yes)).toEqual(['front', 'fastify', 'fastify', 'front', 'front']);
  });

  it.each([
    ['another method', request('HEAD /ready HTTP/1.1')],
    ['a body', `${request('GET /ready HTTP/1.1', 'content-length: 2')}ab`],
    ['a body in chunks', `${request('GET /ready HTTP/1.1', 'transfer-encoding: chunked')}0\r\n\r\n`],
  ])('leaves %s to Fastify', async (_, text) => {
    expect(await ways(text)).toEqual(['fastify']);
  });

  it('waits for what is found later, and asks Fastify when that is nothing or fails', async () => {
    const asked = ways(...[1, 2].map(() => request('GET /later HTTP/1.1')), request('GET /ready HTTP/1.1'));
    late.resolve(ready(Buffer.from('late')));
    expect(await asked).toEqual(['front', 'front', 'front']);
    late = Promise.withResolvers();
    late.resolve(undefined);
    expect(await ways(request('GET /later HTTP/1.1'))).toEqual(['fastify']);
    late = Promise.withResolvers();
    const failed = ways(request('GET /later HTTP/1.1'));
    await once(server.server, 'request');
    late.reject(new Error('expected'));
    expect(await failed).toEqual(['fastify']);
  });

  it('asks Fastify for what was under way when the clients are to go elsewhere', async () => {
    const connection = await RawHttp.connect(url);
    const [answered] = [connection.ask(request('GET /later HTTP/1.1')), await once(server.server, 'request')];
    const drained = drain.run();
    late.resolve(ready(Buffer.from('late')));
    const [answer] = await answered;
    expect([wayOf(answer), answer?.toLowerCase().includes('\r\nconnection: close\r\n')]).toEqual(['fastify', true]);
    await drained;
  });

  it('leaves all to Fastify while requests are logged', async () => {
    log.level = 'debug';
    expect(await ways(request('GET /ready HTTP/1.1'))).toEqual(['fastify']);
    log.level = 'info';
    expect(await ways(request('GET /ready HTTP/1.1'))).toEqual(['front']);
  });

  it('leaves those who are to go elsewhere to Fastify', async () => {
    const connection = await RawHttp.connect(url);
    expect((await connection.ask(request('GET /ready HTTP/1.1'))).map(wayOf)).toEqual(['front']);
    const drained = drain.run();
    const [answer] = await connection.ask(request('GET /ready HTTP/1.1'));
    expect([wayOf(answer), answer?.toLowerCase().includes('\r\nconnection: close\r\n')]).toEqual(['fastify', true]);
    await drained;
  });

  it('counts its answers with those of Fastify, and their time until they are sent', async () => {
    const counts = () => requests.routes.find(({ route }) => route === '/ready/:id');
    await ways(request('GET /ready HTTP/1.1'), request('GET /other HTTP/1.1'), request('GET /ready HTTP/1.1'));
    expect([counts()?.method, counts()?.statuses, counts()?.seconds.counts.reduce((sum, n) => sum + n)]).toEqual([
      'GET',
      new Map([[200, 2]]),
      2,
    ]);
    const { hostname, port } = new URL(url);
    const slow = connect(Number(port), hostname);
    slow.pause().write(request('GET /large HTTP/1.1'));
    await once(server.server, 'request');
    expect(counts()?.statuses.get(200)).toBe(2);
    slow.resume();
    await eventually('the end of a large answer', 5_000, () => counts()?.statuses.get(200) === 3);
    slow.destroy();
  });
});
