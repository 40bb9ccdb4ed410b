import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe('bad input', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
  });
  afterAll(() => api.stop());

  async function put(path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    const response = await fetch(api.url + path, { method: 'PUT', headers, ...(body !== undefined && { body }) });
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  }

  /** Sends bytes as they are, for what fetch would not send. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(api.port, '127.0.0.1', () => socket.end(text));
      let answer = '';
      socket
        .on('data', (data) => (answer += data.toString()))
        .on('end', () => resolve(answer))
        .on('error', reject);
    });
  }

  const register = '/v1/agent/service/register';

  it.each([
    ['wrong case and snake_case keys', '{"NAME":"a","enable_tag_override":true}', {}],
    ['text/plain', '{"Name":"a"}', { 'content-type': 'text/plain; charset=UTF-8' }],
    ['a form', '{"Name":"a"}', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a type that is none', '{"Name":"a"}', { 'content-type': ';;;' }],
    ['null for what is left out', '{"Name":"a","Tags":null,"Meta":null,"Check":null,"Port":null}', {}],
  ])('that is not: %s', async (_what, body, headers) => {
    expect(await put(register, body, headers)).toEqual({ status: 200, text: '', type: null });
  });

  it('is not: no Content-Type, in one piece or in chunks', async () => {
    const head = `PUT ${register} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
    expect(await raw(`${head}Content-Length: 12\r\n\r\n{"Name":"a"}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\nc\r\n{"Name":"a"}\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });

  it.each([
    ['[]', 'cannot unmarshal array'],
    ['"x"', 'cannot unmarshal string'],
    ['{"Name":1}', 'cannot unmarshal number into Go struct field .Name of type string'],
    ['{"Name":"a","Tags":"b"}', 'cannot unmarshal string into Go struct field .Tags of type slice'],
    ['{"Name":"a","Tags":[1]}', 'cannot unmarshal number into Go struct field .Tags of type string'],
    ['{"Name":"a","Port":1.5}', 'cannot unmarshal number 1.5 into Go struct field .Port of type int'],
    ['{"Name":"a","Port":1e99}', 'cannot unmarshal number'],
    ['{"Name":"a","Meta":{"k":1}}', 'cannot unmarshal number into Go struct field .Meta of type string'],
    ['{"Name":"a","__proto__":{"x":1}}', 'unknown field "__proto__"'],
    ['{"Name":"a","constructor":1}', 'unknown field "constructor"'],
    ['{"Name":"a","Check":{"ID":"x","TTL":"1s"}}', 'unknown field "ID"'],
    ['{"Name":"a","Check":{"TTL":"1s","Interval":[]}}', 'cannot unmarshal array'],
    ['{"Name":"a"', 'unexpected EOF'],
    ['   ', 'EOF'],
    [`${'['.repeat(100_000)}`, 'Request decode failed'],
    [`{"Name":"a","Check":${'{"Check":'.repeat(10_000)}1${'}'.repeat(10_001)}`, 'exceeded max depth'],
    ['{"Name":"a","Name":"b"}', 'duplicate field "Name"'],
    ['{"Name":"a","name":"b"}', 'duplicate field "Name"'],
    ['{"Name":"a","Meta":{"k":"1","\\u006b":"2"}}', 'duplicate field "k"'],
    ['{"Name":"a\\u0000b"}', 'field .Name holds a NUL character'],
    ['{"Name":"a","Tags":["\\ud800"]}', 'field .Tags holds half a surrogate pair'],
    ['{"Name":"a","Meta":{"\\u0000":"x"}}', 'field .Meta holds a NUL character'],
    ['{"Name":"a","Namespace":"x"}', 'unknown field "Namespace"'],
    ['{"Name":"a","Partition":"x"}', 'unknown field "Partition"'],
    ['{"Name":"a"} x', "invalid character 'x' after top-level value"],
    ['{"Name":"a","Check":{"TTL":1e30}}', 'time: invalid duration 1e+30'],
  ])('%.40s is told', async (body, message) => {
    const answer = await put(register, body);
    expect(answer).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toContain(message);
    expect(answer.text.startsWith('Request decode failed: ')).toBe(true);
  });

  it('that is no UTF-8 is told, with the byte', async () => {
    const body = Buffer.from('{"Name":"a\xff"}', 'latin1');
    expect(await put(register, body)).toMatchObject({
      status: 400,
      text: 'Request decode failed: invalid UTF-8 at byte 11',
    });
  });

  it.each([
    ['{"Name":"a","Port":70000}', 'Invalid service port: 70000 is not between 0 and 65535'],
    ['{"Name":"a","Weights":{"Passing":1,"Warning":-1}}', 'Invalid Weights: Warning must be greater or equal than 0'],
    [
      '{"Name":"a","Meta":{"":"x"}}',
      "Invalid Service Meta: Couldn't load metadata pair ('', 'x'): Key cannot be blank",
    ],
    ['{"Name":"a","Check":{"HTTP":"file:///etc/passwd","Interval":"1s"}}', 'Invalid check: HTTP must be a URL'],
    [
      '{"Name":"a","Check":{"HTTP":"http://a/","Interval":"1s","Header":{"a":["b\\r\\nc: d"]}}}',
      'Invalid check: Header "a"',
    ],
    ['{"Name":"a","Check":{"HTTP":"http://a/","Interval":"1s","Method":"GET / HTTP/1.1"}}', 'Invalid check: Method'],
  ])('%s is refused', async (body, message) => {
    const answer = await put(register, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  it.each([-1, 65_536, 70_000])('does not take %d for a port', async (port) => {
    const refused = { status: 400, text: `Invalid service port: ${port} is not between 0 and 65535` };
    const service = { Service: 'far', Port: port };
    expect(await put(register, JSON.stringify({ Name: 'far', Port: port }))).toMatchObject(refused);
    const body = JSON.stringify({ Node: 'n2', Address: '10.0.0.2', Service: service });
    expect(await put('/v1/catalog/register', body)).toMatchObject(refused);
    expect(api.registry.catalog.node('n2')).toBeUndefined();
  });

  it.each([0, 65_535])('takes %d for a port', async (Port) => {
    const service = { Node: 'n3', Address: '10.0.0.3', Service: { Service: 'near', Port } };
    expect(await put('/v1/catalog/register', JSON.stringify(service))).toMatchObject({ status: 200, text: 'true' });
    expect(api.registry.catalog.instance('n3', 'near')?.instance.port).toBe(Port);
  });

  it('keeps metadata by any name, and ids with any characters', async () => {
    const id = 'ä/ü:%2F ?#';
    const body = `{"Name":"odd","ID":${JSON.stringify(id)},"Meta":{"__proto__":"p"},"Check":{"TTL":"10s","CheckID":"c/1"}}`;
    expect((await put(register, body)).status).toBe(200);
    const services = (await (await fetch(`${api.url}/v1/agent/services`)).json()) as Record<string, { Meta: object }>;
    expect(Object.entries(services[id]!.Meta)).toEqual([['__proto__', 'p']]);
    expect((await put('/v1/agent/check/pass/c%2F1')).status).toBe(200);
    expect((await put('/v1/agent/check/pass/c/1')).status).toBe(200);
    expect((await put(`/v1/agent/service/deregister/${encodeURIComponent(id)}`)).status).toBe(200);
  });

  it('is quoted in part', async () => {
    const { status, text } = await put(register, `{"${'x'.repeat(100_000)}":1}`);
    expect(status).toBe(400);
    expect(text).toMatch(/^Request decode failed: json: unknown field "x{900,}\.\.\.$/);
    expect(text.length).toBeLessThan(1_100);
  });

  it('does not take more than 512 KiB', async () => {
    expect(await put(register, 'x'.repeat(512 * 1024 + 1))).toMatchObject({
      status: 413,
      type: 'text/plain; charset=utf-8',
    });
  });

  it.each(['GET /v1/catalog/service/%ff HTTP/1.1', 'GET /v1/catalog/service/%zz HTTP/1.1'])(
    'answers %s with 400',
    async (line) => {
      expect(await raw(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 [^]*text\/plain/);
    },
  );

  it.each(['HEAD', 'POST', 'DELETE', 'PATCH', 'TRACE'])('refuses %s on a read, and says what goes', async (method) => {
    const answer = await raw(`${method} /v1/agent/services HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toMatch(/allow: OPTIONS,GET/i);
  });

  it.each([
    '/v1/catalog/services?index=-1',
    '/v1/catalog/services?wait=1',
    '/v1/catalog/services?consistent&stale',
    '/v1/catalog/services?cached&consistent',
    '/v1/catalog/services?max_stale=soon',
    '/v1/health/service/web?passing=2',
    '/v1/catalog/services?partition=p',
  ])('GET %s is 400', async (path) => {
    expect((await fetch(api.url + path)).status).toBe(400);
  });
});
