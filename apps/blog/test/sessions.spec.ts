import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Started } from '#libs/supervisor';
import { STORES } from './databases.js';
import { bearer, TestBlog, type Answer } from './harness.js';

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  /** A second process over the same database. */
  let other: Started;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    other = await blog.startAnother();
  });
  afterAll(async () => {
    await other.stop();
    await blog.stop();
  });

  const REVOKED = [401, 20001, 'urn:signpost:problem:token-revoked'];
  const USED = [401, 20001, 'urn:signpost:problem:refresh-token-invalid'];

  function logIn(username = 'ann'): Promise<Answer> {
    return blog.ask('POST', '/auth', {}, { username, password: `${username}-password` });
  }

  function refresh(refresh_token: string): Promise<Answer> {
    return blog.ask('POST', '/auth/refresh', {}, { refresh_token });
  }

  /** Status, code and type of a write with the access token of `answer`. */
  async function write(answer: Answer): Promise<unknown[]> {
    const { status, body } = await blog.makeTag({}, bearer(answer));
    return status === 201 ? [201] : [status, body.code, body.type];
  }

  /** The same in the other process. */
  async function writeElsewhere(answer: Answer): Promise<unknown[]> {
    const { url } = blog;
    blog.url = other.endpoints['blog']!;
    return write(answer).finally(() => (blog.url = url));
  }

  function outcome({ status, body }: Answer): unknown[] {
    return [status, body.code, body.type];
  }

  describe('a refresh token', () => {
    it('gets new tokens, by JSON and by a form, in each process', async () => {
      const first = await logIn();
      const second = await refresh(first.body.refresh_token);
      expect([second.status, second.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(second.body).toEqual({
        ...first.body,
        access_token: expect.any(String),
        refresh_token: expect.any(String),
      });
      expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
      expect(second.body.access_token).not.toBe(first.body.access_token);
      expect(await write(second)).toEqual([201]);
      const form = new URLSearchParams({ refresh_token: second.body.refresh_token }).toString();
      const response = await fetch(`${other.endpoints['blog']}/auth/refresh`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      });
      expect(response.status).toBe(200);
    });

    it('of a second use within 10 s gets the same successor, and both go on', async () => {
      const { body } = await logIn();
      const first = await refresh(body.refresh_token);
      await blog.clock.advance(10_000);
      const second = await refresh(body.refresh_token);
      expect([second.status, second.body.refresh_token]).toEqual([200, first.body.refresh_token]);
      expect(await write(first)).toEqual([201]);
      expect(await write(second)).toEqual([201]);
      expect((await refresh(second.body.refresh_token)).status).toBe(200);
    });

    it('of a later use ends the session: the successor and the access tokens too, in each process', async () => {
      const { body } = await logIn();
      const next = await refresh(body.refresh_token);
      expect(await writeElsewhere(next)).toEqual([201]);
      await blog.clock.advance(10_001);
      expect(outcome(await refresh(body.refresh_token))).toEqual(USED);
      expect(outcome(await refresh(next.body.refresh_token))).toEqual(USED);
      expect(await write(next)).toEqual(REVOKED);
      await blog.clock.advance(1_000);
      expect(await writeElsewhere(next)).toEqual(REVOKED);
    });

    it('that was stolen and used by the thief ends the session when its owner comes', async () => {
      const owner = await logIn();
      const thief = await refresh(owner.body.refresh_token);
      await blog.clock.stall(15 * 60_000);
      const further = await refresh(thief.body.refresh_token);
      expect(further.status).toBe(200);
      expect(outcome(await refresh(owner.body.refresh_token))).toEqual(USED);
      expect(outcome(await refresh(further.body.refresh_token))).toEqual(USED);
    });

    it('of 50 parallel uses has one successor', async () => {
      const { body } = await logIn();
      const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(body.refresh_token)));
      const good = answers.filter(({ status }) => status === 200);
      expect(new Set(good.map((answer) => answer.body.refresh_token)).size).toBe(1);
      expect(good).toHaveLength(50);
      const live = await blog.select('SELECT hash FROM blog_refresh_token WHERE used_ms = 0 AND session_id = ?', [
        sessionOf(good[0]!),
      ]);
      expect(live).toHaveLength(1);
    });

    it('ends when it was not used for long enough', async () => {
      const first = await logIn();
      await blog.clock.stall(720 * 3_600_000 - 1_000);
      const second = await refresh(first.body.refresh_token);
      expect(second.status).toBe(200);
      await blog.clock.stall(720 * 3_600_000);
      expect(outcome(await refresh(second.body.refresh_token))).toEqual(USED);
    });

    it.each(['x', 'A'.repeat(43), ' '])('that is none is refused: %j', async (token) => {
      const answer = await refresh(token);
      expect(outcome(answer)).toEqual(USED);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="signpost", error="invalid_token"');
    });

    it.each([
      [{}, '#/refresh_token', 'is required'],
      [{ refresh_token: 5 }, '#/refresh_token', 'expected string, received number'],
      [{ refresh_token: 'x'.repeat(101) }, '#/refresh_token', 'expected string to have <=100 characters'],
      [{ refresh_token: 'x', more: 1 }, '#/more', 'is not known here'],
    ])('is asked for with 422: %j', async (body, pointer, detail) => {
      const answer = await blog.ask('POST', '/auth/refresh', {}, body);
      expect([answer.status, answer.body.errors]).toEqual([422, [{ pointer, detail }]]);
    });

    it('is no access token, and an access token is no refresh token', async () => {
      const { body } = await logIn();
      const swapped = await blog.makeTag({}, { authorization: `Bearer ${body.refresh_token}` });
      expect([swapped.status, swapped.body.code]).toEqual([401, 20001]);
      expect((await refresh(body.access_token)).status).toBe(422);
    });

    it('stands nowhere in the database, nor does its successor, nor a password', async () => {
      const { body } = await logIn();
      const next = await refresh(body.refresh_token);
      const tables = ['blog_auth', 'blog_session', 'blog_refresh_token'];
      const stored = JSON.stringify(await Promise.all(tables.map((table) => blog.select(`SELECT * FROM ${table}`))));
      expect(stored.includes(sessionOf(next))).toBe(true);
      for (const secret of [body.refresh_token, next.body.refresh_token, next.body.access_token, 'ann-password']) {
        expect(stored.includes(secret)).toBe(false);
      }
    });
  });

  describe('logging out', () => {
    it('ends the session at once, within a second in the other process, and no other session', async () => {
      const [gone, kept] = [await logIn(), await logIn()];
      expect([await write(gone), await writeElsewhere(gone)]).toEqual([[201], [201]]);
      const { status, body } = await blog.ask('POST', '/auth/logout', bearer(gone));
      expect([status, body]).toEqual([204, '']);
      expect(await write(gone)).toEqual(REVOKED);
      expect(outcome(await refresh(gone.body.refresh_token))).toEqual(USED);
      await blog.clock.advance(1_000);
      expect(await writeElsewhere(gone)).toEqual(REVOKED);
      expect([await write(kept), await writeElsewhere(kept)]).toEqual([[201], [201]]);
      expect(outcome(await blog.ask('POST', '/auth/logout', bearer(gone)))).toEqual(REVOKED);
    });

    it('is possible with the refresh token, when the access token has ended', async () => {
      const session = await logIn();
      await blog.clock.stall(15 * 60_000);
      const { refresh_token } = session.body;
      expect((await blog.ask('POST', '/auth/logout', bearer(session), { refresh_token })).status).toBe(204);
      expect(outcome(await refresh(refresh_token))).toEqual(USED);
      expect((await blog.ask('POST', '/auth/logout', {}, { refresh_token })).status).toBe(204);
    });

    it('needs a token', async () => {
      expect(outcome(await blog.ask('POST', '/auth/logout'))).toEqual([
        401,
        20001,
        'urn:signpost:problem:token-invalid',
      ]);
      expect((await blog.ask('POST', '/auth/logout', {}, { refresh_tokn: 'x' })).status).toBe(422);
    });
  });

  describe('a new password', () => {
    const change = (answer: Answer, old_password: string, new_password: string) =>
      blog.ask('PUT', '/auth/password', bearer(answer), { old_password, new_password });

    it('ends all sessions of the account, and of no other', async () => {
      const [first, second, stranger] = [await logIn('bob'), await logIn('bob'), await logIn('ann')];
      expect(await writeElsewhere(first)).toEqual([201]);
      expect((await change(first, 'bob-password', 'a better password')).status).toBe(204);
      expect([await write(first), await write(second)]).toEqual([REVOKED, REVOKED]);
      expect(outcome(await refresh(second.body.refresh_token))).toEqual(USED);
      await blog.clock.advance(1_000);
      expect(await writeElsewhere(first)).toEqual(REVOKED);
      expect(await write(stranger)).toEqual([201]);
      expect((await logIn('bob')).status).toBe(401);
      const again = await blog.ask('POST', '/auth', {}, { username: 'bob', password: 'a better password' });
      expect((await change(again, 'a better password', 'bob-password')).status).toBe(204);
    });

    it('needs the old one: 20004, and the session goes on', async () => {
      const session = await logIn();
      const { status, body, headers } = await change(session, 'wrong', 'a better password');
      expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 20004, 'Bearer realm="signpost"']);
      expect(await write(session)).toEqual([201]);
      expect(
        (await blog.ask('PUT', '/auth/password', {}, { old_password: 'x', new_password: 'yyyyyyyy' })).status,
      ).toBe(401);
    });

    it.each([
      ['short 7', 'expected string to have >=8 characters'],
      ['x'.repeat(129), 'expected string to have <=128 characters'],
      ['Password123', 'is one of the passwords that are guessed first'],
      ['\u0041\u030a'.repeat(4), 'must have 8 to 128 characters'],
    ])('is refused when it is weak: %j', async (password, detail) => {
      const { status, body } = await change(await logIn(), 'ann-password', password);
      expect([status, body.errors]).toEqual([422, [{ pointer: '#/new_password', detail }]]);
    });
  });
});

function sessionOf({ body }: Answer): string {
  const [, claims] = String(body.access_token).split('.');
  return (JSON.parse(Buffer.from(claims!, 'base64url').toString()) as { sid: string }).sid;
}
