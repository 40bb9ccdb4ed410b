import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deflateSync, crc32 } from 'node:zlib';
import { TestBlog, type Answer } from './harness.js';

let blog: TestBlog;
beforeAll(async () => void (blog = await TestBlog.start()));
afterAll(() => blog.stop());

/** A PNG of one colour (https://www.w3.org/TR/png-3/); its size is what its header says, whatever follows. */
function png(width: number, height: number, shade = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(4 * 5, shade));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const GIF = Buffer.from('47494638396102000300800000000000ffffff2c00000000020003000002028c0b003b', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080005000701011100ffd9', 'hex');

async function upload(
  bytes: Buffer,
  { field = 'image', name = 'a.png', who = blog.as.ann, more = {} } = {},
): Promise<Answer> {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(bytes)]), name);
  for (const [key, value] of Object.entries(more)) form.append(key, String(value));
  const response = await fetch(`${blog.url}/api/v1/images`, { method: 'POST', headers: who, body: form });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('an image', () => {
  it('is stored under the hash of its octets, and served so that it can do no harm', async () => {
    const bytes = png(4, 4);
    const { status, headers, body } = await upload(bytes);
    const url = `/images/${createHash('sha256').update(bytes).digest('hex')}.png`;
    expect([status, headers.get('location'), body]).toEqual([
      201,
      url,
      { url, width: 4, height: 4, bytes: bytes.length },
    ]);
    const response = await fetch(blog.url + url);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-disposition': 'inline',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    const etag = response.headers.get('etag')!;
    expect((await fetch(blog.url + url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(blog.url + url, { method: 'HEAD' })).status).toBe(200);
  });

  it('is another file when it is another image, whatever its name, and the same when it is the same', async () => {
    const first = await upload(png(4, 4, 1), { name: 'same.png' });
    const second = await upload(png(4, 4, 2), { name: 'same.png', who: blog.as.bob });
    const again = await upload(png(4, 4, 1), { name: '../../other.gif', who: blog.as.bob });
    expect(second.body.url).not.toBe(first.body.url);
    expect([again.status, again.body]).toEqual([201, first.body]);
  });

  it.each([
    ['GIF', GIF, 'gif', 2, 3],
    ['JPEG', JPEG, 'jpg', 7, 5],
  ])('may be a %s', async (_, bytes, format, width, height) => {
    const { status, body } = await upload(bytes, { name: 'misnamed.png' });
    expect([status, body]).toEqual([
      201,
      {
        url: expect.stringMatching(new RegExp(`^/images/[0-9a-f]{64}\\.${format}$`)),
        width,
        height,
        bytes: bytes.length,
      },
    ]);
  });

  it.each([
    ['an HTML page called a.png', Buffer.from('<html><script>alert(1)</script>')],
    [
      'an SVG image, which can hold scripts',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
    ],
    ['a PNG without a header', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['nothing', Buffer.alloc(0)],
    ['a BMP', Buffer.from('424d460000000000000036000000280000000200000002000000010018', 'hex')],
  ])('cannot be %s', async (_, bytes) => {
    const { status, body } = await upload(bytes);
    expect([status, body.type, body.code]).toEqual([422, 'urn:signpost:problem:not-an-image', 30003]);
  });

  it.each([
    [10_001, 1],
    [9_000, 9_000],
    [4_294_967_295, 4_294_967_295],
  ])('cannot have %i x %i pixels', async (width, height) => {
    const { status, body } = await upload(png(width, height));
    expect([status, body.detail]).toEqual([422, expect.stringContaining(`${width} x ${height} pixels`)]);
  });

  it('cannot have more than 5 MiB, and what was sent of it is not kept', async () => {
    const before = readdirSync(join(blog.folder, 'images'), { recursive: true }).length;
    const { status, body } = await upload(Buffer.concat([png(4, 4), Buffer.alloc(5 * 1024 * 1024)]));
    expect([status, body.type]).toEqual([413, 'urn:signpost:problem:body-too-large']);
    expect(readdirSync(join(blog.folder, 'images'), { recursive: true })).toHaveLength(before);
    expect((await upload(png(4, 4))).status).toBe(201);
  });

  it('cannot be stored without a token', async () => {
    expect((await upload(png(4, 4), { who: {} })).status).toBe(401);
  });
});

describe('the form of an upload', () => {
  it('names the field that is wrong', async () => {
    const wrong = await upload(png(4, 4), { field: 'picture' });
    expect([wrong.status, wrong.body.errors]).toEqual([
      422,
      [{ pointer: '#/picture', detail: 'one file is expected, as image' }],
    ]);
    const more = await upload(png(4, 4), { more: { 'a/b': 'x' } });
    expect([more.status, more.body.errors]).toEqual([422, [{ pointer: '#/a~1b', detail: 'there is no such field' }]]);
  });

  const type = 'multipart/form-data; boundary=x';
  const part = '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n';

  it.each([
    ['of another type', 'application/json', '{}', 415],
    ['without a boundary', 'multipart/form-data', '--x--', 400],
    ['without any part', type, '--x--\r\n', 422],
    ['that ends too soon', type, `${part}abc`, 400],
    ['of many parts', type, `--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n1\r\n`.repeat(30), 422],
  ])('%s is told so', async (_, contentType, body, status) => {
    const answer = await blog.ask('POST', '/api/v1/images', { ...blog.as.ann, 'content-type': contentType }, body);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
  });

  it('is no body for anything else', async () => {
    const headers = { ...blog.as.ann, 'content-type': type };
    expect((await blog.ask('POST', '/api/v1/tags', headers, '--x--\r\n')).status).toBe(415);
  });

  it('may break off without harm', async () => {
    const { hostname, port } = new URL(blog.url);
    const socket = connect(Number(port), hostname);
    const head = `POST /api/v1/images HTTP/1.1\r\nHost: x\r\nAuthorization: ${blog.as.ann['authorization']}\r\n`;
    socket.write(`${head}Content-Type: ${type}\r\nContent-Length: 100000\r\n\r\n${part}abc`, () => socket.destroy());
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await upload(png(4, 4))).status).toBe(201);
  });
});

describe('the address of an image', () => {
  it.each(['/images/x.png', `/images/${'0'.repeat(64)}.png`, `/images/${'0'.repeat(64)}.html`, '/images/..%2Fkeys'])(
    'that is none is a 404: %s',
    async (path) => {
      const { status, body } = await blog.ask('GET', path);
      expect([status, body.type]).toEqual([404, 'urn:signpost:problem:no-such-image']);
    },
  );
});
