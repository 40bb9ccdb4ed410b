import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, TestBlog, type RequestHeaders } from './harness.js';

let blog: TestBlog;
beforeAll(async () => void (blog = await TestBlog.start()));
afterAll(() => blog.stop());

describe('/auth', () => {
  it('gives a token for HTTP Basic, JSON and a form', async () => {
    const answers = [
      await blog.ask('GET', '/auth', basic('admin', blog.password)),
      await blog.ask('POST', '/auth', {}, { username: 'admin', password: blog.password }),
      await blog.ask(
        'POST',
        '/auth',
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({ username: 'admin', password: blog.password }).toString(),
      ),
    ];
    for (const { status, headers, body } of answers) {
      expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 900 });
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
  });

  it.each<[string, () => RequestHeaders]>([
    ['a wrong password', () => basic('admin', 'wrong')],
    ['an unknown name', () => basic('nobody', blog.password)],
    ['a name in other letters', () => basic('ADMIN', blog.password)],
    ['a name with a blank behind it', () => basic('admin ', blog.password)],
    ['a password with more behind it', () => basic('admin', `${blog.password}x`)],
    ['an empty password', () => basic('admin', '')],
    ['no colon', () => ({ authorization: `Basic ${Buffer.from('admin').toString('base64')}` })],
    ['no base64', () => ({ authorization: 'Basic ???' })],
    ['another scheme', () => ({ authorization: 'Digest username="admin"' })],
    ['no header', () => ({})],
  ])('answers 20004 to %s', async (_, headers) => {
    const answer = await blog.ask('GET', '/auth', headers());
    expect([answer.status, answer.body.code, answer.body.type]).toEqual([
      401,
      20004,
      'urn:signpost:problem:wrong-login',
    ]);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="signpost", charset="UTF-8"');
  });

  it('answers 20004 to a wrong body, and 422 to one without a password', async () => {
    const wrong = await blog.ask('POST', '/auth', {}, { username: 'admin', password: 'wrong' });
    expect([wrong.status, wrong.body.code]).toEqual([401, 20004]);
    const { status, body } = await blog.ask('POST', '/auth', {}, { username: 'admin' });
    expect([status, body.errors]).toEqual([422, [{ pointer: '#/password', detail: 'is required' }]]);
  });

  it('refuses credentials in the address, with a hint', async () => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await blog.ask(
        method,
        '/auth?username=admin&password=x',
        basic('admin', blog.password),
        method === 'POST' ? {} : undefined,
      );
      expect(status).toBe(400);
      expect(body.errors[0]).toEqual({ parameter: 'username', detail: expect.stringContaining('use HTTP Basic') });
    }
  });
});

describe('a token', () => {
  const write = (authorization: string) => blog.ask('POST', '/api/v1/tags', { authorization }, { name: 'never' });

  it('is taken with and without the word Bearer', async () => {
    const token = blog.as.admin['authorization']!.slice('Bearer '.length);
    for (const header of [token, `bearer ${token}`, `Bearer ${token}`]) {
      const { status } = await blog.ask('POST', '/api/v1/tags', { authorization: header }, { name: blog.freshName() });
      expect(status).toBe(201);
    }
  });

  it('holds no password and no more than it must', () => {
    const claims = JSON.parse(
      Buffer.from(blog.as.ann['authorization']!.split('.')[1]!, 'base64url').toString(),
    ) as object;
    expect(claims).toEqual({
      sub: 'ann',
      role: 'author',
      iss: 'signpost-blog',
      aud: 'signpost-blog',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
  });

  it.each([
    ['none at all', undefined],
    ['another scheme', () => basic('admin', blog.password)['authorization']!],
    ['nonsense', () => 'Bearer nonsense'],
    ['nothing', () => 'Bearer '],
    ['the algorithm none', () => `Bearer ${forge({ alg: 'none' }, () => '')}`],
    ['an empty HMAC key', () => `Bearer ${forge({ alg: 'HS256' }, (text) => hmac(text, ''))}`],
    ['the public key as an HMAC key', () => `Bearer ${forge({ alg: 'HS256' }, (text) => hmac(text, publicKeyPem()))}`],
    ['a key of somebody else', () => `Bearer ${forge({ alg: 'ES256' }, signedByStranger)}`],
    ['a path as its key', () => `Bearer ${forge({ alg: 'ES256', kid: '../../etc/passwd' }, signedByStranger)}`],
    ['a changed claim', () => withClaims(blog.as.ann['authorization']!, { role: 'admin' })],
  ])('is refused with 20001: %s', async (_, header) => {
    const { status, headers, body } = header
      ? await write(header())
      : await blog.ask('POST', '/api/v1/tags', {}, { name: 'x' });
    expect([status, body.code, body.type]).toEqual([401, 20001, 'urn:signpost:problem:token-invalid']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="signpost"/);
  });

  it('that is wrong is refused where none is needed', async () => {
    expect((await blog.ask('GET', '/api/v1/tags', { authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  function forge(header: object, signature: (text: string) => string): string {
    const claims = { sub: 'admin', role: 'admin', iss: 'signpost-blog', aud: 'signpost-blog', exp: 4_000_000_000 };
    const kid = JSON.parse(
      Buffer.from(blog.as.admin['authorization']!.slice(7).split('.')[0]!, 'base64url').toString(),
    ).kid;
    const text = [{ typ: 'JWT', kid, ...header }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${signature(text)}`;
  }

  function hmac(text: string, key: string): string {
    return createHmac('sha256', key).update(text).digest('base64url');
  }

  function publicKeyPem(): string {
    return readFileSync(join(blog.folder, 'keys', readdirSync(join(blog.folder, 'keys'))[0]!), 'utf8');
  }

  function signedByStranger(text: string): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }

  function withClaims(authorization: string, more: object): string {
    const [header, claims, signature] = authorization.split('.') as [string, string, string];
    const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), ...more };
    return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
  }
});

describe('time', () => {
  it('ends a token: 20002, and a new one is needed', async () => {
    await blog.clock.advance(15 * 60_000 - 1_000);
    expect((await blog.makeTag()).status).toBe(201);
    await blog.clock.advance(1_000);
    const { status, body } = await blog.makeTag();
    expect([status, body.code, body.type]).toEqual([401, 20002, 'urn:signpost:problem:token-expired']);
    expect((await blog.makeTag({}, await blog.logIn('admin', blog.password))).status).toBe(201);
  });
});
