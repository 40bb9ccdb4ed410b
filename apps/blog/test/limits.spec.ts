import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Started } from '#libs/supervisor';
import { basic, bearer, TestBlog, type Answer, type RequestHeaders } from './harness.js';

let blog: TestBlog;
let limited: Started | undefined;
beforeEach(async () => void (blog = await TestBlog.start()));
afterEach(async () => {
  await limited?.stop();
  limited = undefined;
  await blog.stop();
});

/** From here on the blog that is asked is one with limits. */
async function limit(settings: Record<string, string>): Promise<void> {
  const named = Object.entries(settings).map(([key, value]) => [`SIGNPOST_${key.toUpperCase()}`, value]);
  limited = await blog.startAnother({ SIGNPOST_LIMITS_ENABLED: 'true', ...Object.fromEntries(named) });
  blog.url = limited.endpoints['blog']!;
}

async function statuses(times: number, ask: () => Promise<Answer>): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < times; n += 1) seen.push((await ask()).status);
  return seen;
}

const read = (who: RequestHeaders = {}) => blog.ask('GET', '/api/v1/tags', who);

describe('the rate of reads', () => {
  it('is limited by network without a token, and by user with one', async () => {
    await limit({ limits_read_rate: '3/1m' });
    const answer = await read();
    expect([answer.headers.get('ratelimit'), answer.headers.get('ratelimit-policy')]).toEqual([
      '"read";r=2;t=20',
      '"read";q=3;w=60',
    ]);
    // Whose a token is, is known when it was verified once: until then it counts against the network.
    expect(await statuses(4, () => read(blog.as.ann))).toEqual([200, 200, 200, 200]);
    expect((await read(blog.as.ann)).status).toBe(429);
    expect(await statuses(2, () => read(blog.as.bob))).toEqual([200, 200]);
    expect(await statuses(2, () => read())).toEqual([429, 429]);
    await blog.clock.advance(20_000);
    expect(await statuses(2, () => read())).toEqual([200, 429]);
  });

  it('is that of the client behind a trusted proxy', async () => {
    await limit({ limits_read_rate: '1/1m', blog_trusted_proxies: '127.0.0.1' });
    const from = (address: string) => read({ 'x-forwarded-for': address }).then(({ status }) => status);
    expect([await from('192.0.2.1'), await from('192.0.2.200'), await from('192.0.3.1')]).toEqual([200, 429, 200]);
    expect([await from('2001:db8:0:aa01::1'), await from('2001:db8:0:aaff::1')]).toEqual([200, 429]);
  });

  it('does not depend on what a client claims, where no proxy is trusted', async () => {
    await limit({ limits_read_rate: '1/1m' });
    const from = (address: string) => read({ 'x-forwarded-for': address }).then(({ status }) => status);
    expect([await from('192.0.2.1'), await from('198.51.100.1')]).toEqual([200, 429]);
  });

  it('lets no token pass that was revoked', async () => {
    const { url } = blog;
    await limit({});
    const session = await blog.ask('GET', '/auth', basic('ann', 'ann-password'));
    expect(await statuses(2, () => read(bearer(session)))).toEqual([200, 200]);
    await fetch(`${url}/auth/logout`, { method: 'POST', headers: bearer(session) });
    await blog.clock.advance(1_000);
    expect((await read(bearer(session))).status).toBe(401);
    const another = await blog.ask('GET', '/auth', basic('ann', 'ann-password'));
    expect(await statuses(2, () => read(bearer(another)))).toEqual([200, 200]);
    await blog.ask('POST', '/auth/logout', bearer(another));
    expect((await read(bearer(another))).status).toBe(401);
  });

  it('never keeps a probe from its answer', async () => {
    await limit({ limits_read_rate: '1/1m' });
    for (const path of ['/livez', '/readyz', '/healthz']) {
      expect(await statuses(3, () => blog.ask('GET', path))).toEqual([200, 200, 200]);
    }
  });
});

describe('the rate of writes', () => {
  it('is limited apart from that of reads', async () => {
    await limit({ limits_read_rate: '2/1m', limits_write_rate: '2/1m' });
    await read(blog.as.ann);
    expect(await statuses(3, () => blog.makeTag({}, blog.as.ann))).toEqual([201, 201, 429]);
    expect((await read(blog.as.ann)).status).toBe(200);
    const { headers, body } = await blog.makeTag({}, blog.as.ann);
    expect([headers.get('retry-after'), body.type]).toEqual(['30', 'urn:signpost:problem:too-many-requests']);
  });
});

describe('the rate of logins', () => {
  it('is limited by network, with or without a token, and apart from all else', async () => {
    await limit({ limits_login_rate: '3/1m' });
    const session = await blog.ask('GET', '/auth', basic('ann', 'ann-password'));
    expect(session.headers.get('ratelimit-policy')).toBe('"login";q=3;w=60');
    const change = { old_password: 'ann-password', new_password: 'a better password' };
    expect((await blog.ask('PUT', '/auth/password', bearer(session), change)).status).toBe(204);
    expect((await blog.ask('POST', '/auth', {}, { username: 'bob', password: 'bob-password' })).status).toBe(200);
    expect((await blog.ask('GET', '/auth?x=1', basic('bob', 'bob-password'))).status).toBe(429);
    expect((await read()).status).toBe(200);
    const { refresh_token } = session.body;
    expect((await blog.ask('POST', '/auth/refresh', {}, { refresh_token })).status).toBe(401);
  });
});

describe('wrong passwords', () => {
  it('let the account wait, whoever asks, and the right one after that time', async () => {
    await limit({ limits_account_failures: '4' });
    const logIn = (password: string) => blog.ask('GET', '/auth', basic('ann', password));
    expect(await statuses(4, () => logIn('wrong'))).toEqual([401, 401, 401, 401]);
    const waiting = await logIn('ann-password');
    expect([waiting.status, waiting.headers.get('retry-after'), waiting.body.type]).toEqual([
      429,
      '1',
      'urn:signpost:problem:too-many-requests',
    ]);
    expect((await blog.ask('GET', '/auth', basic('bob', 'bob-password'))).status).toBe(200);
    await blog.clock.advance(1_000);
    expect(await statuses(2, () => logIn('ann-password'))).toEqual([200, 200]);
  });

  it('count as well where a password is changed', async () => {
    await limit({ limits_account_failures: '2' });
    const session = await blog.ask('GET', '/auth', basic('ann', 'ann-password'));
    const change = (old_password: string) =>
      blog.ask('PUT', '/auth/password', bearer(session), { old_password, new_password: 'a better password' });
    expect([...(await statuses(2, () => change('wrong'))), (await change('ann-password')).status]).toEqual([
      401, 401, 429,
    ]);
  });

  it('let the network wait', async () => {
    await limit({ limits_network_failures: '3', blog_trusted_proxies: '127.0.0.1' });
    const logIn = (username: string, password: string, address: string) =>
      blog.ask('GET', '/auth', { ...basic(username, password), 'x-forwarded-for': address });
    for (const name of ['a', 'b', 'ann']) expect((await logIn(name, 'wrong', '192.0.2.1')).status).toBe(401);
    expect((await logIn('bob', 'bob-password', '192.0.2.99')).status).toBe(429);
    expect((await logIn('bob', 'bob-password', '192.0.3.1')).status).toBe(200);
  });
});

describe('more logins than can be checked', () => {
  it('are refused with 503, and told when to come again', async () => {
    const logins = Array.from({ length: 60 }, (_, n) => blog.ask('GET', '/auth', basic(`name-${n}`, 'wrong')));
    const answers = await Promise.all(logins);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(60 - refused.length);
    expect([refused[0]!.headers.get('retry-after'), refused[0]!.body.detail]).toEqual([
      '1',
      'too many passwords are being checked',
    ]);
  });
});

describe('limits.enabled=false', () => {
  it('switches off rates and waiting', async () => {
    await limit({
      ...{ limits_enabled: 'false', limits_read_rate: '1/1m', limits_write_rate: '1/1m', limits_login_rate: '1/1m' },
      ...{ limits_account_failures: '1', limits_network_failures: '1' },
    });
    const answers = await statuses(5, () => read());
    answers.push(...(await statuses(5, () => blog.makeTag())));
    answers.push(...(await statuses(5, () => blog.ask('GET', '/auth', basic('ann', 'wrong')))));
    expect(new Set(answers)).toEqual(new Set([200, 201, 401]));
    expect((await read()).headers.has('ratelimit')).toBe(false);
  });

  it('leaves sizes and times as they are', async () => {
    await limit({ limits_enabled: 'false', limits_body_size: '2000', limits_request_timeout: '300ms' });
    const body = (length: number) => blog.ask('POST', '/api/v1/tags', blog.as.admin, 'x'.repeat(length));
    expect([(await body(2_000)).status, (await body(2_001)).status]).toEqual([400, 413]);
    const socket = connect(Number(new URL(blog.url).port), '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    socket.write('POST /auth HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{');
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('a body that is nested 100,000 deep', () => {
  it('is refused', async () => {
    const deep = `{"username":${'['.repeat(100_000)}${']'.repeat(100_000)},"password":"x"}`;
    const { status, body } = await blog.ask('POST', '/auth', {}, deep);
    expect([status, body.errors]).toEqual([
      422,
      [{ pointer: '#/username', detail: 'expected string, received array' }],
    ]);
  });
});

describe('other origins', () => {
  const ORIGIN = 'https://app.example';

  it('may use the API when they are named, and caches tell their answers apart', async () => {
    await limit({ blog_cors_origins: `${ORIGIN}, https://other.example` });
    const { headers } = await read({ origin: ORIGIN });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      ORIGIN,
      'Authorization, Origin',
    ]);
    const preflight = await blog.ask('OPTIONS', '/api/v1/tags/1', {
      ...{ origin: ORIGIN, 'access-control-request-method': 'PATCH' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, PATCH, DELETE, OPTIONS');
  });

  it('may not when none is named', async () => {
    const { headers } = await read({ origin: ORIGIN });
    expect([headers.has('access-control-allow-origin'), headers.get('vary')]).toEqual([false, 'Authorization']);
  });
});
