import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { basic, bearer, matching, TestBlog, type Answer } from './harness.js';

const PATH = '/api/v1/users';
const PASSWORD = 'a password of theirs';

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  let made = 0;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  function makeUser(fields: object = {}): Promise<Answer> {
    made += 1;
    return blog.ask('POST', PATH, blog.as.admin, { username: `user-${made}`, password: PASSWORD, ...fields });
  }

  function patch(user: Answer, fields: object): Promise<Answer> {
    return blog.ask('PATCH', `${PATH}/${user.body.id}`, matching(user, blog.as.admin), fields);
  }

  /** The status of a login with the password that all accounts here have. */
  async function loginStatus({ body }: Answer, password = PASSWORD): Promise<number> {
    return (await blog.ask('GET', '/auth', basic(body.username, password))).status;
  }

  describe('an account', () => {
    it('is created, read, listed, changed and deleted', async () => {
      const created = await makeUser({ username: 'c.a-r_l0', role: 'author' });
      const { id } = created.body;
      const now = Date.UTC(2026, 10, 23) / 1_000;
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`${PATH}/${id}`);
      expect(created.body).toEqual({
        ...{ id, username: 'c.a-r_l0', role: 'author', state: 1 },
        ...{ created_on: now, modified_on: now, version: 1 },
      });
      expect(await loginStatus(created)).toBe(200);

      const read = await blog.ask('GET', `${PATH}/${id}`, blog.as.admin);
      expect([read.body, read.headers.get('etag')]).toEqual([created.body, created.headers.get('etag')]);
      const known = { ...blog.as.admin, 'if-none-match': read.headers.get('etag')! };
      expect((await blog.ask('GET', `${PATH}/${id}`, known)).status).toBe(304);
      expect((await blog.ask('GET', `${PATH}?username=c.a-r_l0`, blog.as.admin)).body).toEqual({
        ...{ items: [created.body], page: 1, page_size: 10, total: 1 },
      });

      const promoted = await patch(read, { role: 'admin' });
      expect([promoted.status, promoted.body.role, promoted.body.version]).toEqual([200, 'admin', 2]);
      const reset = await patch(promoted, { role: null, state: null });
      expect([reset.body.role, reset.body.state]).toEqual(['author', 1]);
      expect((await blog.ask('DELETE', `${PATH}/${id}`, matching(reset, blog.as.admin))).status).toBe(204);
      const gone = await blog.ask('GET', `${PATH}/${id}`, blog.as.admin);
      expect([gone.status, gone.body.type]).toEqual([404, 'urn:signpost:problem:no-such-user']);
      expect(await loginStatus(created)).toBe(401);
      expect((await makeUser({ username: 'c.a-r_l0' })).status).toBe(201);
    });

    it('is a 409 when it is older than the version that is asked for', async () => {
      const { id } = (await makeUser()).body;
      const statusOf = async (version: number) =>
        (await blog.ask('GET', `${PATH}/${id}?min_version=${version}`, blog.as.admin)).status;
      expect([await statusOf(1), await statusOf(2)]).toEqual([200, 409]);
    });

    it('is an author unless it is said to be an admin, also from a form', async () => {
      const form = new URLSearchParams({ username: 'from-a-form', password: PASSWORD }).toString();
      const headers = { ...blog.as.admin, 'content-type': 'application/x-www-form-urlencoded' };
      const { status, body } = await blog.ask('POST', PATH, headers, form);
      expect([status, body.role]).toEqual([201, 'author']);
    });

    it('has a name of its own, one of 20 that ask for it at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => makeUser({ username: 'raced' })));
      const statuses = answers.map(({ status }) => status);
      expect([statuses.filter((status) => status === 201).length, statuses.filter((s) => s === 409).length]).toEqual([
        1, 19,
      ]);
      const { status, body } = await makeUser({ username: 'raced' });
      expect([status, body.type]).toEqual([409, 'urn:signpost:problem:user-exists']);
    });

    it('is never answered with its password, nor the hash', async () => {
      const { id } = (await makeUser()).body;
      const answers = [
        await blog.ask('GET', `${PATH}/${id}`, blog.as.admin),
        await blog.ask('GET', `${PATH}?page_size=100`, blog.as.admin),
      ];
      for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/argon2|password/);
    });

    it('needs If-Match for a change: 428 without, 412 with an old one', async () => {
      const user = await makeUser();
      const path = `${PATH}/${user.body.id}`;
      expect((await blog.ask('PATCH', path, blog.as.admin, { state: 0 })).status).toBe(428);
      expect((await blog.ask('DELETE', path, blog.as.admin)).status).toBe(428);
      await patch(user, { role: 'admin' });
      expect((await patch(user, { state: 0 })).status).toBe(412);
      expect((await blog.ask('DELETE', path, matching(user, blog.as.admin))).status).toBe(412);
    });

    it('pages are whole, filtered, and tell the total', async () => {
      const first = await makeUser({ role: 'admin' });
      await patch(first, { state: 0 });
      const { body, headers } = await blog.ask('GET', `${PATH}?role=admin&state=0&page_size=1`, blog.as.admin);
      expect([body.items.map(({ id }: { id: number }) => id), body.total]).toEqual([[first.body.id], 1]);
      expect(headers.get('link')).toContain('rel="first"');
      expect((await blog.ask('GET', `${PATH}?role=guest`, blog.as.admin)).status).toBe(400);
      expect((await blog.ask('GET', `${PATH}?naem=x`, blog.as.admin)).status).toBe(400);
    });

    it.each([
      [{ username: '' }, '#/username', 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
      [{ username: 'Ann' }, '#/username', 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
      [{ username: 'ann ' }, '#/username', 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
      [{ username: 'ann\n' }, '#/username', 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
      [{ username: 'a'.repeat(51) }, '#/username', 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
      [{ password: 'short 7' }, '#/password', 'expected string to have >=8 characters'],
      [{ password: undefined }, '#/password', 'is required'],
      [{ password: 'QWERTYUIOP' }, '#/password', 'is one of the passwords that are guessed first'],
      [{ username: 'long-name', password: 'Long-Name' }, '#/password', 'must not be the name'],
      [{ role: 'root' }, '#/role', 'expected one of "author"|"admin"'],
      [{ state: 2 }, '#/state', 'expected number to be <=1'],
      [{ id: 1 }, '#/id', 'is not known here'],
    ])('is refused with 422: %j', async (fields, pointer, detail) => {
      const { status, body } = await makeUser(fields);
      expect([status, body.errors]).toEqual([422, [{ pointer, detail: expect.stringContaining(detail) }]]);
    });

    it.each(['0', '4294967296', 'x', '-1'])('has an id: 400 for %s', async (id) => {
      expect((await blog.ask('GET', `${PATH}/${id}`, blog.as.admin)).status).toBe(400);
    });
  });

  describe('accounts', () => {
    it.each<[string, string, object?]>([
      ['GET', PATH],
      ['POST', PATH, { username: 'x', password: PASSWORD, role: 'admin' }],
      ['GET', `${PATH}/1`],
      ['PATCH', `${PATH}/1`, { role: 'author' }],
      ['DELETE', `${PATH}/1`],
    ])('are for admins: %s %s', async (method, path, body) => {
      const anonymous = await blog.ask(method, path, { 'if-match': '*' }, body);
      expect([anonymous.status, anonymous.body.code]).toEqual([401, 20001]);
      expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="signpost"');
      const author = await blog.ask(method, path, { ...blog.as.ann, 'if-match': '*' }, body);
      expect([author.status, author.body.type]).toEqual([403, 'urn:signpost:problem:admins-only']);
    });
  });

  describe('a change of an account', () => {
    const write = async (session: Answer) => (await blog.makeTag({}, bearer(session))).status;
    const logIn = ({ body }: Answer) => blog.ask('GET', '/auth', basic(body.username, PASSWORD));

    it('of its state ends its tokens at once and lets nobody in until it is enabled again', async () => {
      const user = await makeUser();
      const session = await logIn(user);
      expect(await write(session)).toBe(201);
      const disabled = await patch(user, { state: 0 });
      expect(disabled.body.state).toBe(0);
      expect(await write(session)).toBe(401);
      const { refresh_token } = session.body;
      expect((await blog.ask('POST', '/auth/refresh', {}, { refresh_token })).status).toBe(401);
      expect(await loginStatus(user)).toBe(401);
      await patch(disabled, { state: 1 });
      expect(await loginStatus(user)).toBe(200);
      expect(await write(session)).toBe(401);
    });

    it('of its password ends its tokens at once', async () => {
      const user = await makeUser();
      const session = await logIn(user);
      const changed = await patch(user, { password: 'another one of theirs' });
      expect([changed.status, await write(session)]).toEqual([200, 401]);
      expect([await loginStatus(user), await loginStatus(user, 'another one of theirs')]).toEqual([401, 200]);
      const weak = await patch(changed, { password: 'password1' });
      expect([weak.status, weak.body.errors[0].pointer]).toEqual([422, '#/password']);
    });

    it('of its role counts at once, for the tokens that it has', async () => {
      const user = await makeUser();
      const session = await logIn(user);
      const list = async () => (await blog.ask('GET', PATH, bearer(session))).status;
      expect(await list()).toBe(403);
      const promoted = await patch(user, { role: 'admin' });
      expect(await list()).toBe(200);
      await patch(promoted, { role: 'author' });
      expect(await list()).toBe(403);
    });

    it('that deletes it ends its tokens, and leaves what it has written', async () => {
      const user = await makeUser();
      const session = await logIn(user);
      const tag = await blog.makeTag({}, bearer(session));
      expect((await blog.ask('DELETE', `${PATH}/${user.body.id}`, matching(user, blog.as.admin))).status).toBe(204);
      expect(await write(session)).toBe(401);
      expect((await blog.ask('GET', `/api/v1/tags/${tag.body.id}`)).body.created_by).toBe(user.body.username);
    });
  });

  describe('the last admin', () => {
    const LAST = [409, 'urn:signpost:problem:last-admin'];
    const outcome = ({ status, body }: Answer) => [status, body.type];

    it('cannot be demoted, disabled or deleted', async () => {
      const { body } = await blog.ask('GET', `${PATH}?role=admin&state=1`, blog.as.admin);
      for (const { id, username } of body.items) {
        if (username !== 'admin')
          await blog.ask('PATCH', `${PATH}/${id}`, { ...blog.as.admin, 'if-match': '*' }, { state: 0 });
      }
      const admin = await blog.ask('GET', `${PATH}/1`, blog.as.admin);
      for (const fields of [{ role: 'author' }, { state: 0 }, { role: null, state: 0 }]) {
        expect(outcome(await patch(admin, fields))).toEqual(LAST);
      }
      expect(outcome(await blog.ask('DELETE', `${PATH}/1`, matching(admin, blog.as.admin)))).toEqual(LAST);
      expect((await blog.ask('GET', `${PATH}/1`, blog.as.admin)).body).toEqual(admin.body);
    });

    it('stays when all of them leave at once', async () => {
      const admins = await Promise.all(Array.from({ length: 8 }, () => makeUser({ role: 'admin' })));
      const everyone = [await blog.ask('GET', `${PATH}/1`, blog.as.admin), ...admins];
      const sessions = await Promise.all(admins.map(logInAs));
      const answers = await Promise.all(
        everyone.map((one, n) => {
          const who = sessions[n] ? bearer(sessions[n]) : blog.as.admin;
          return blog.ask('PATCH', `${PATH}/${one.body.id}`, matching(one, who), { role: 'author' });
        }),
      );
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(everyone.length);
      const database = await blog.select("SELECT username FROM blog_auth WHERE role = 'admin' AND state = 1");
      expect(database.length).toBeGreaterThanOrEqual(1);
    });

    function logInAs({ body }: Answer): Promise<Answer> {
      return blog.ask('GET', '/auth', basic(body.username, PASSWORD));
    }
  });
});
