import { once } from 'node:events';
import { connect } from 'node:net';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '#libs/testing';
import { createHttpAdapter } from './http.adapter.js';
import { digits, pageParameters } from './pagination.js';
import { ProblemFilter } from './problem.filter.js';
import { closeWithin, listen } from './server.js';
import { ValidationPipe } from './validation.pipe.js';

const noteSchema = z
  .strictObject({ text: z.string().min(1).max(10), stars: z.int().min(0).optional() })
  .meta({ id: 'Note' });
const gate = Promise.withResolvers<void>();

@Controller('notes')
class NotesController {
  @Get()
  list(@Query({ schema: z.strictObject(pageParameters) }) query: unknown) {
    return query;
  }

  @Get(':id')
  read(@Param({ schema: z.strictObject({ id: digits(z.int().min(1).max(99)) }) }) params: unknown) {
    return params;
  }

  @Post()
  create(@Body({ schema: noteSchema }) note: unknown) {
    return note;
  }
}

@Controller()
class OddController {
  @Get('broken')
  broken() {
    throw new Error('the password of the database is hunter2');
  }

  @Get('slow')
  async slow() {
    await gate.promise;
    return { late: true };
  }
}

@Module({ controllers: [NotesController, OddController] })
class TestModule {}

const logged: string[] = [];
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  const limits = { bodyLimit: 1_000, headersTimeout: 300, requestTimeout: 600 };
  const { adapter, closeRoutes } = createHttpAdapter(limits);
  app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, { bodyParser: false, logger: false });
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(pino({}, { write: (line: string) => void logged.push(line) })));
  await app.init();
  closeRoutes();
  ({ url } = await listen(app, '127.0.0.1', 0));
});

afterAll(() => app.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

function post(body: string | Buffer, type = 'application/json'): Promise<Answer> {
  return ask('/notes', { method: 'POST', body, headers: { 'content-type': type } });
}

/** Sends octets as they are; gives all that comes back until the connection closes. */
async function sendRaw(octets: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
  socket.write(octets);
  await once(socket, 'close');
  return received;
}

describe('an answer', () => {
  it.each(['/notes', '/notes/1', '/none', '/broken', '/notes/%ff'])(
    'carries the security headers: %s',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
    },
  );

  it('says nothing of the cause of a failure, which the log has under the same name', async () => {
    const { status, body, headers } = await ask('/broken');
    expect(status).toBe(500);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|stack/);
    expect(logged.filter((line) => line.includes(String(body['instance'])))).toHaveLength(1);
    expect(logged.join('')).toContain('hunter2');
  });
});

describe('a method', () => {
  it.each(['DELETE', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'SEARCH', 'PURGE'])(
    'that a path does not know is a 405: %s',
    async (method) => {
      const { status, headers, body } = await ask('/notes', { method });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
      expect(body['type']).toBe('urn:signpost:problem:method-not-allowed');
    },
  );

  it('OPTIONS tells those that it knows', async () => {
    const { status, headers } = await ask('/notes/1', { method: 'OPTIONS' });
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it('HEAD is GET without a body', async () => {
    const { status, headers, body } = await ask('/notes/7', { method: 'HEAD' });
    expect([status, headers.get('content-length'), Object.keys(body)]).toEqual([200, '8', ['text']]);
  });
});

describe('an address', () => {
  it.each([
    ['/none', 404, 'not-found'],
    ['/notes/%ff', 400, 'malformed-request'],
    [`/notes?page=${'1'.repeat(8_000)}`, 414, 'uri-too-long'],
    [`/${'n'.repeat(8_000)}`, 414, 'uri-too-long'],
  ])('%s is a %d', async (path, status, name) => {
    const answer = await ask(path);
    expect([answer.status, answer.body['type']]).toEqual([status, `urn:signpost:problem:${name}`]);
  });

  it('with headers above 16 KiB is a 431', async () => {
    const received = await sendRaw(`GET / HTTP/1.1\r\nhost: x\r\nlarge: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/);
    expect(received).toContain('urn:signpost:problem:headers-too-large');
  });

  it.each([
    [
      'two lengths',
      'POST /notes HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a bad chunk',
      'POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'],
  ])('in a request with %s is a 400', async (_, octets) => {
    expect(await sendRaw(octets)).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('a slow client', () => {
  it('that does not finish its headers is cut off with a 408', async () => {
    expect(await sendRaw('GET /notes HTTP/1.1\r\nhost: ')).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });

  it('that does not finish its body is cut off with a 408', async () => {
    const head = 'POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n';
    expect(await sendRaw(`${head}{"t`)).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });
});

describe('a query', () => {
  it('has defaults', async () => {
    expect((await ask('/notes')).body).toEqual({ page: 1, page_size: 10 });
    expect((await ask('/notes?page=2&page_size=100')).body).toEqual({ page: 2, page_size: 100 });
  });

  it.each([
    ['page=0', 'page', 'expected number to be >=1'],
    ['page_size=101', 'page_size', 'expected number to be <=100'],
    ['page=', 'page', 'expected number, received string'],
    ['page=0x10', 'page', 'expected number, received string'],
    ['page=1e2', 'page', 'expected number, received string'],
    ['page=%201', 'page', 'expected number, received string'],
    ['page=1&page=2', 'page', 'expected number, received array'],
    ['pgae=1', 'pgae', 'is not known here'],
    ['__proto__=1', '__proto__', 'is not known here'],
  ])('?%s is a 400 that names the parameter', async (query, parameter, detail) => {
    const { status, body } = await ask(`/notes?${query}`);
    expect([status, body['errors']]).toEqual([400, [{ parameter, detail }]]);
  });

  it.each(['0', '100', 'x', '1.0', '%00'])('and a path are held to their schemas: /notes/%s', async (id) => {
    const { status, body } = await ask(`/notes/${id}`);
    expect([status, (body['errors'] as { parameter: string }[])[0]!.parameter]).toEqual([400, 'id']);
  });
});

describe('a body', () => {
  it('is read as JSON or as a form, with the numbers that a form cannot have', async () => {
    expect((await post('{"text":"a","stars":2}')).body).toEqual({ text: 'a', stars: 2 });
    expect((await post('text=a+%2B&stars=2', 'application/x-www-form-urlencoded')).body).toEqual({
      text: 'a +',
      stars: 2,
    });
    expect((await post('text=12', 'application/x-www-form-urlencoded')).body).toEqual({ text: '12' });
  });

  it('that breaks rules is a 422 with a pointer for each field', async () => {
    const { status, body, headers } = await post('{"text":"","stars":"2","a/b~":1}');
    expect(status).toBe(422);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      type: 'urn:signpost:problem:invalid-body',
      title: 'The body breaks a rule.',
      status: 422,
      errors: [
        { pointer: '#/text', detail: 'expected string to have >=1 characters' },
        { pointer: '#/stars', detail: 'expected number, received string' },
        { pointer: '#/a~1b~0', detail: 'is not known here' },
      ],
    });
  });

  it.each(['[]', '"text"', 'null', '1'])('that is no object is a 422: %s', async (body) => {
    const answer = await post(body);
    expect([answer.status, answer.body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '#' })]]);
  });

  it('lists no more than 20 errors', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, 0]));
    expect((await post(JSON.stringify(many))).body['errors']).toHaveLength(20);
  });

  it.each([
    ['is cut short', '{"text":'],
    ['is empty', ''],
    ['is nested too deeply', `{"text":${'['.repeat(900)}`],
    ['sets a prototype', '{"text":"a","__proto__":{"x":1}}'],
    ['sets a constructor', '{"text":"a","constructor":{"prototype":{"x":1}}}'],
    ['is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('that %s is a 400', async (_, body) => {
    const answer = await post(body);
    expect([answer.status, answer.body['type']]).toEqual([400, 'urn:signpost:problem:malformed-request']);
  });

  it('that is missing is a 400', async () => {
    const { status, body } = await ask('/notes', { method: 'POST' });
    expect([status, body['detail']]).toEqual([400, 'a body is expected, and there is none']);
  });

  it.each([
    ['text/plain'],
    ['application/xml'],
    ['application/json; charset=latin1'],
    ['multipart/form-data; boundary=x'],
    ['nonsense'],
  ])('of type %s is a 415', async (type) => {
    const { status, body } = await post('{"text":"a"}', type);
    expect([status, body['type']]).toEqual([415, 'urn:signpost:problem:unsupported-media-type']);
  });

  it('of one octet more than the limit is a 413', async () => {
    const fitting = JSON.stringify({ text: 'a', stars: 1 }).padEnd(1_000);
    expect((await post(fitting)).status).toBe(201);
    const { status, body } = await post(`${fitting} `);
    expect([status, body['type']]).toEqual([413, 'urn:signpost:problem:body-too-large']);
  });
});

describe('a server that drains', () => {
  it('takes no new connection, finishes what is under way, and closes', async () => {
    const slow = ask('/slow');
    await fetch(`${url}/notes`); // so that the slow request is certainly under way
    const drained = closeWithin(app, 5_000);
    await eventually('the port to close', 2_000, () => !app.getHttpServer().listening);
    gate.resolve();
    const { status, headers, body } = await slow;
    expect([status, headers.get('connection'), body]).toEqual([200, 'close', { late: true }]);
    await drained;
    await expect(fetch(`${url}/notes`)).rejects.toThrow('fetch failed');
  });
});
