import { createHmac, createPublicKey, randomBytes, verify, type webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '#libs/config';
import type { Started } from '#libs/supervisor';
import { basic, TestBlog } from './harness.js';

let blog: TestBlog;
beforeAll(async () => void (blog = await TestBlog.start()));
afterAll(() => blog.stop());

type Jwk = webcrypto.JsonWebKey & { readonly kid: string };

const DAY_MS = 24 * 3_600_000;

async function publicKeys(url = blog.url): Promise<Jwk[]> {
  const response = await fetch(`${url}/.well-known/jwks.json`);
  return ((await response.json()) as { keys: Jwk[] }).keys;
}

function headerOf(authorization: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(authorization.slice('Bearer '.length).split('.')[0]!, 'base64url').toString()) as {};
}

describe('/.well-known/jwks.json', () => {
  it('gives public keys alone, for five minutes, without a token', async () => {
    const { status, headers, body } = await blog.ask('GET', '/.well-known/jwks.json');
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    const text = expect.stringMatching(/^[\w-]{43}$/) as string;
    expect(body).toEqual({
      keys: [{ kty: 'EC', crv: 'P-256', x: text, y: text, kid: text, use: 'sig', alg: 'ES256' }],
    });
  });

  it('is what others verify tokens with', async () => {
    const token = blog.as.ann['authorization']!.slice('Bearer '.length);
    const [header, claims, signature] = token.split('.') as [string, string, string];
    const jwk = (await publicKeys()).find(({ kid }) => kid === headerOf(blog.as.ann['authorization']!)['kid'])!;
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    const text = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', text, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});

describe('a key', () => {
  it('is followed by another while tokens of both are good, in each process', async () => {
    const other = await blog.startAnother();
    try {
      await blog.clock.stall(30 * DAY_MS - 1_000);
      const before = await blog.logIn('ann', 'ann-password');
      await blog.clock.advance(1_000);
      const after = await blog.logIn('ann', 'ann-password');
      const kids = [before, after].map(({ authorization }) => headerOf(authorization!)['kid']);
      expect(new Set(kids).size).toBe(2);
      for (const url of [blog.url, other.endpoints['blog']!]) {
        expect((await publicKeys(url)).map(({ kid }) => kid)).toEqual(kids);
        for (const who of [before, after]) expect(await readStatus(url, who)).toBe(200);
      }
      await blog.clock.stall(16 * 60_000);
      expect((await publicKeys()).map(({ kid }) => kid)).toEqual(kids.slice(1));
    } finally {
      await other.stop();
    }
  });

  it('that changes under load refuses nobody', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 20; n += 1) {
      await blog.clock.stall(30 * DAY_MS);
      const who = await blog.logIn('ann', 'ann-password');
      const reads = await Promise.all(Array.from({ length: 20 }, () => readStatus(blog.url, who)));
      for (const status of reads) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
  });
});

describe('a shared secret', () => {
  const secret = randomBytes(32).toString('base64url');
  const logIn = async (started: Started) => {
    const response = await fetch(`${started.endpoints['blog']}/auth`, { headers: basic('ann', 'ann-password') });
    const { access_token } = (await response.json()) as { access_token: string };
    return { authorization: `Bearer ${access_token}` };
  };

  it('signs instead of keys, for processes that share no folder, and is told to nobody', async () => {
    const settings = { SIGNPOST_AUTH_HS256_SECRET: secret };
    const first = await blog.startAnother({ ...settings, SIGNPOST_BLOG_DATA_DIR: join(blog.folder, 'first') });
    const second = await blog.startAnother({ ...settings, SIGNPOST_BLOG_DATA_DIR: join(blog.folder, 'second') });
    try {
      const who = await logIn(first);
      expect(headerOf(who.authorization)['alg']).toBe('HS256');
      expect(await readStatus(first.endpoints['blog']!, who)).toBe(200);
      expect(await readStatus(second.endpoints['blog']!, who)).toBe(200);
      expect(await publicKeys(first.endpoints['blog'])).toEqual([]);
      expect(await readStatus(blog.url, who)).toBe(401);
      expect(await readStatus(first.endpoints['blog']!, blog.as.ann)).toBe(401);
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  it('is taken with its one algorithm, by the same claims', async () => {
    const started = await blog.startAnother({ SIGNPOST_AUTH_HS256_SECRET: secret });
    const [, claims] = (await logIn(started)).authorization.split('.');
    const read = (alg: string, hash: string) => {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'secret' })).toString('base64url');
      const signature = createHmac(hash, secret).update(`${header}.${claims}`).digest('base64url');
      return readStatus(started.endpoints['blog']!, { authorization: `Bearer ${header}.${claims}.${signature}` });
    };
    expect([await read('HS256', 'sha256'), await read('HS512', 'sha512')]).toEqual([200, 401]);
    await started.stop();
  });

  it.each(['x', 'x'.repeat(31)])('that is too short is refused, and not shown: %s', (short) => {
    expect(() => blog.settings({ SIGNPOST_AUTH_HS256_SECRET: short })).toThrow(ConfigError);
    expect(() => blog.settings({ SIGNPOST_AUTH_HS256_SECRET: short })).toThrow(
      'SIGNPOST_AUTH_HS256_SECRET: [auth] hs256_secret is the value given (not shown), expected at least 32 characters',
    );
  });
});

async function readStatus(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(`${url}/api/v1/tags`, { headers });
  await response.body?.cancel();
  return response.status;
}
