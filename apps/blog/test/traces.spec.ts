// What a blog tells of its requests: in traces, in the log, and to the client.
import { Agent, get, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { Started } from '#libs/supervisor';
import { eventually } from '#libs/testing';
import { Collector, type CollectedSpan } from '../../../test/collector.js';
import { startBlog } from '../src/blog.js';
import { TestBlog } from './harness.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const UNRECORDED = '11111111111111111111111111111111';
const LATE_BODY = '33333333333333333333333333333333';
const LATER = '22222222222222222222222222222222';
const CALLER = '00f067aa0ba902b7';

interface Line {
  readonly msg: string;
  readonly [field: string]: unknown;
}

describe('a blog that is traced', () => {
  const lines: Line[] = [];
  let collector: Collector;
  let blog: TestBlog;
  let traced: Started;

  beforeAll(async () => {
    collector = await Collector.start();
    blog = await TestBlog.start();
    const settings = blog.settings({
      SIGNPOST_TRACE_OTLP_URL: collector.url,
      SIGNPOST_TRACE_OTLP_HEADERS: 'authorization=Bearer collector',
    });
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
    traced = await startBlog(settings, log, { clock: blog.clock });
    blog.url = traced.endpoints['blog']!;
  });
  afterAll(async () => {
    await traced?.stop();
    await blog?.stop();
    collector?.stop();
  });

  const from = (trace: string, flags = '01') => ({ traceparent: `00-${trace}-${CALLER}-${flags}` });

  async function spans(isWanted: (span: CollectedSpan) => boolean, count = 1): Promise<CollectedSpan[]> {
    const found = () => collector.spans.filter(isWanted);
    await eventually(`${count} spans`, 10_000, () => found().length >= count);
    return found();
  }

  it('makes a request and what it asks of the database parts of the trace that the caller names', async () => {
    const tag = await blog.makeTag();
    await blog.ask('GET', `/api/v1/tags/${tag.body.id}?min_version=1`, from(TRACE));
    const [query] = await spans(({ traceId, kind }) => traceId === TRACE && kind === 3);
    const [whole] = await spans(({ traceId, kind }) => traceId === TRACE && kind === 2);
    expect(whole).toMatchObject({
      name: 'GET /api/v1/tags/:id',
      parentSpanId: CALLER,
      service: 'signpost-blog',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/v1/tags/:id',
        'url.path': `/api/v1/tags/${tag.body.id}`,
        'http.response.status_code': 200,
        'client.address': '127.0.0.1',
      },
    });
    expect(query).toMatchObject({ name: 'SELECT', parentSpanId: whole!.spanId });
    expect(query!.attributes['db.query.text']).toMatch(/^SELECT .*\?/);
    expect(collector.authorization).toBe('Bearer collector');
  });

  it('has a transaction in the trace of the request whose body asked for it', async () => {
    await blog.makeTag({ name: 'traced' });
    const [whole] = await spans(({ name }) => name === 'POST /api/v1/tags');
    const isPart = ({ traceId, name }: CollectedSpan) => traceId === whole!.traceId && name === 'transaction';
    expect((await spans(isPart))[0]!.parentSpanId).toBe(whole!.spanId);
  });

  it('has it there too when the body comes late, on a connection that served another request before', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `${blog.url}/api/v1/tags`;
    await new Promise((resolve) => get(url, { agent }, (answer) => answer.resume().on('end', resolve)));
    const headers = { ...blog.as.admin, ...from(LATE_BODY), 'content-type': 'application/json' };
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      sent.on('error', reject);
      sent.write('{"name":');
      // Whenever the first part has been read: another packet, in the name of the connection.
      setTimeout(() => sent.end('"late"}'), 100);
    });
    agent.destroy();
    expect(status).toBe(201);
    const [transaction] = await spans(({ traceId, name }) => traceId === LATE_BODY && name === 'transaction');
    const [whole] = await spans(({ traceId, kind }) => traceId === LATE_BODY && kind === 2);
    expect(transaction!.parentSpanId).toBe(whole!.spanId);
  });

  it('records nothing that the caller does not, no probes, and nothing that it asks by itself', async () => {
    await blog.ask('GET', '/api/v1/tags', from(UNRECORDED, '00'));
    await blog.ask('GET', '/readyz', from(UNRECORDED));
    await blog.ask('GET', '/api/v1/articles', from(LATER));
    await spans(({ traceId, kind }) => traceId === LATER && kind === 2);
    expect(collector.spans.filter(({ traceId }) => traceId === UNRECORDED)).toEqual([]);
    const alone = collector.spans.filter(({ kind, parentSpanId }) => kind !== 2 && !parentSpanId);
    expect(alone).toEqual([]);
  });

  it('logs the trace and the id of a request, and never its query', async () => {
    const headers = { ...from(TRACE), 'x-request-id': 'from-the-client' };
    const { headers: answered } = await blog.ask('GET', '/api/v1/tags?token=secret', headers);
    expect(answered.get('x-request-id')).toBe('from-the-client');
    const line = () => lines.find(({ request_id }) => request_id === 'from-the-client');
    await eventually('the line', 5_000, () => line() !== undefined);
    expect(line()).toMatchObject({
      msg: 'request',
      level: 20,
      trace_id: TRACE,
      method: 'GET',
      url: '/api/v1/tags',
      status: 400,
      client: '127.0.0.1',
      ms: expect.any(Number),
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it.each(['with blank', 'line\u00e9', '"quoted"', 'x'.repeat(129)])('makes another id for %j', async (id) => {
    const { headers } = await blog.ask('GET', '/api/v1/tags', { 'x-request-id': id });
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('a blog that is not traced', () => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start()));
  afterAll(() => blog.stop());

  it('gives an id back, and makes one only for what is logged', async () => {
    expect((await blog.ask('GET', '/api/v1/tags', { 'x-request-id': 'mine' })).headers.get('x-request-id')).toBe(
      'mine',
    );
    expect((await blog.ask('GET', '/api/v1/tags')).headers.has('x-request-id')).toBe(false);
  });
});
