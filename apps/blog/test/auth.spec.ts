import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBlog } from '../src/blog.js';
import { openDatabase } from '../src/database/open.js';
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
      expect(body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      });
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

describe('the log', () => {
  it('holds no password and no token, wherever they were sent, also of a request that failed', async () => {
    let lines = '';
    const log = pino({ level: 'trace' }, { write: (line: string) => void (lines += line) });
    const settings = { SIGNPOST_DATABASE_URL: `sqlite:${join(blog.folder, 'broken.sqlite')}` };
    const { endpoints, stop } = await startBlog(blog.settings(settings), log, { clock: blog.clock });
    const database = await openDatabase(settings.SIGNPOST_DATABASE_URL);
    await database.write((manager) => manager.query('DROP TABLE blog_counter'));
    await database.close();
    const token = blog.as.ann['authorization']!.slice('Bearer '.length);
    const ask = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${endpoints['blog']}${path}`, init)).status;
    expect([
      await ask('/auth?username=ann&password=ann-password'),
      await ask('/auth', { headers: basic('ann', 'ann-password') }),
      await ask('/auth/password?old_password=ann-password', { method: 'PUT', headers: blog.as.ann }),
      await ask(`/api/v1/tags?token=${token}`, { headers: blog.as.ann }),
    ]).toEqual([400, 401, 500, 500]);
    await stop();
    expect(lines).toContain('"url":"/api/v1/tags"');
    for (const secret of ['ann-password', token]) expect(lines).not.toContain(secret);
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
    expect(claimsOf(blog.as.ann)).toEqual({
      sub: 'ann',
      role: 'author',
      sid: expect.stringMatching(/^[0-9a-f]{32}$/),
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
    ['no key named', () => `Bearer ${signedByBlog({ kid: undefined })}`],
    ['another type of token', () => `Bearer ${signedByBlog({ typ: 'JWT' })}`],
    ['another audience', () => `Bearer ${signedByBlog({}, { aud: 'another' })}`],
    ['no audience', () => `Bearer ${signedByBlog({}, { aud: undefined })}`],
    ['another issuer', () => `Bearer ${signedByBlog({}, { iss: 'another' })}`],
    ['a time that has not come', () => `Bearer ${signedByBlog({}, { nbf: 3_900_000_000 })}`],
    ['no session', () => `Bearer ${signedByBlog({}, { sid: undefined })}`],
    ['no end', () => `Bearer ${signedByBlog({}, { exp: undefined })}`],
    ['a session that is no text', () => `Bearer ${signedByBlog({}, { sid: { $ne: '' } })}`],
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

  it('that the blog itself has signed is good, so that those above are refused for what they say', async () => {
    expect((await blog.makeTag({}, { authorization: `Bearer ${signedByBlog({})}` })).status).toBe(201);
  });

  /** A token that is right but for `header` and `claims`. */
  function signedByBlog(header: object, claims: object = {}): string {
    const { sid } = claimsOf(blog.as.admin) as { sid: string };
    const key = createPrivateKey(privateKeyPem());
    const withKey = (text: string) =>
      sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return forge({ alg: 'ES256', typ: 'at+jwt', ...header }, withKey, { sid, ...claims });
  }

  function forge(header: object, signature: (text: string) => string, more: object = {}): string {
    const identity = { iss: 'signpost-blog', aud: 'signpost-blog' };
    const claims = { sub: 'admin', role: 'admin', ...identity, exp: 4_000_000_000, ...more };
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
    const publicKey = createPublicKey(privateKeyPem());
    return publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  function privateKeyPem(): string {
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
    await blog.clock.stall(15 * 60_000 - 1_000);
    expect((await blog.makeTag()).status).toBe(201);
    await blog.clock.advance(1_000);
    const { status, body } = await blog.makeTag();
    expect([status, body.code, body.type]).toEqual([401, 20002, 'urn:signpost:problem:token-expired']);
    expect((await blog.makeTag({}, await blog.logIn('admin', blog.password))).status).toBe(201);
  });
});

function claimsOf({ authorization }: RequestHeaders): object {
  return JSON.parse(Buffer.from(authorization!.split('.')[1]!, 'base64url').toString()) as object;
}
