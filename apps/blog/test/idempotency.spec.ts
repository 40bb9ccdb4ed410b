import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database/open.js';
import { insertRow, type Columns } from '../src/database/rows.js';
import { STORES } from './databases.js';
import { TestBlog, type RequestHeaders } from './harness.js';

const DAY_MS = 86_400_000;

describe.each(STORES)('Idempotency-Key in %s', (store) => {
  let blog: TestBlog;
  let tag_id: number;
  let made = 0;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag_id = (await blog.makeTag()).body.id;
  });
  afterAll(() => blog.stop());

  const newKey = () => `key-${(made += 1)}`;

  /** Sends the octets of a body, and gives back those of the answer. */
  async function post(key: string, body: object, { who = blog.as.ann, url = blog.url, kind = 'articles' } = {}) {
    const answer = await fetch(`${url}/api/v1/${kind}`, {
      method: 'POST',
      headers: { ...who, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const { status, headers } = answer;
    const names = ['content-type', 'location', 'etag', 'cache-control', 'idempotent-replayed', 'retry-after'];
    const told = Object.fromEntries(names.map((name) => [name, headers.get(name)]));
    return { status, text: await answer.text(), ...told } as Record<string, unknown> & { status: number; text: string };
  }

  const article = (title: string) => ({ tag_id, title, content: 'once' });
  const total = async (query: string) => (await blog.ask('GET', `/api/v1/articles?${query}`)).body.total as number;

  it('makes one of what is sent twice, and answers the same octets', async () => {
    const key = newKey();
    const first = await post(key, article('sent twice'));
    expect([first.status, first['idempotent-replayed']]).toEqual([201, null]);
    const { id } = JSON.parse(first.text) as { id: number };
    await blog.ask('PATCH', `/api/v1/articles/${id}`, { ...blog.as.ann, 'if-match': '*' }, { title: 'changed since' });
    const second = await post(key, article('sent twice'));
    expect(second).toEqual({ ...first, 'idempotent-replayed': 'true' });
    expect(await total('q=sent+twice')).toBe(0);
    expect((await post(`"${key}"`, article('sent twice')))['idempotent-replayed']).toBe('true');
  });

  it('makes one of 50 that are sent at once', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(key, article('sent 50 times'))));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    const texts = new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text));
    expect(texts.size).toBe(1);
    expect(await total('q=sent+50+times')).toBe(1);
    expect((await post(key, article('sent 50 times'))).text).toBe([...texts][0]);
  });

  it('is a 422 with another body or for something else, and each user has their own', async () => {
    const key = newKey();
    const first = await post(key, { name: 'with a key' }, { kind: 'tags' });
    expect(first.status).toBe(201);
    const other = await post(key, { name: 'with another body' }, { kind: 'tags' });
    expect([other.status, (JSON.parse(other.text) as { type: string }).type]).toEqual([
      422,
      'urn:signpost:problem:idempotency-key-reused',
    ]);
    expect((await post(key, article('x'))).status).toBe(422);
    expect((await post(key, { name: 'with a key of bob' }, { kind: 'tags', who: blog.as.bob })).status).toBe(201);
  });

  it('makes one account, and keeps nothing by which its password could be guessed', async () => {
    const key = newKey();
    const account = { username: 'keyed', password: 'a good password', state: 0 };
    const send = (body: object) => post(key, body, { kind: 'users', who: blog.as.admin });
    const first = await send(account);
    expect([first.status, first['idempotent-replayed']]).toEqual([201, null]);
    expect(await send(account)).toEqual({ ...first, 'idempotent-replayed': 'true' });
    expect((await send({ ...account, password: 'another password' })).status).toBe(422);
    expect((await send({ ...account, state: 1 })).status).toBe(422);
    const sql = 'SELECT fingerprint FROM blog_answer WHERE idempotency_key = ?';
    const [kept] = await blog.select<{ fingerprint: string }>(sql, [key]);
    const content = ['api/v1/users', { username: 'keyed', role: 'author', state: 0 }];
    expect(kept!.fingerprint).toBe(hash('sha256', JSON.stringify(content)));
  });

  it('is free again after a request that failed', async () => {
    const key = newKey();
    const missing = await post(key, { ...article('after a failure'), tag_id: 999_999 });
    expect(missing.status).toBe(422);
    expect((await post(key, article('after a failure'))).status).toBe(201);
    const taken = newKey();
    await blog.makeTag({ name: 'taken by key' });
    expect((await post(taken, { name: 'taken by key' }, { kind: 'tags' })).status).toBe(409);
    expect((await post(taken, { name: 'not taken by key' }, { kind: 'tags' })).status).toBe(201);
  });

  it('is remembered after a restart and in another process', async () => {
    const key = newKey();
    const first = await post(key, article('before the restart'));
    const other = await blog.startAnother();
    const again = await post(key, article('before the restart'), { url: other.endpoints['blog']! });
    expect([again.text, again['idempotent-replayed']]).toEqual([first.text, 'true']);
    await other.stop();
  });

  it('that a process left behind when it was killed is a 409 at first, and then taken over', async () => {
    const key = newKey();
    const first = await post(key, article('left behind'));
    // What is there when a process is killed before its transaction ends: the claim alone.
    const database = await openDatabase(blog.databaseUrl);
    const sql = 'SELECT * FROM blog_answer WHERE idempotency_key = ?';
    const [{ id: _id, ...row }] = (await database.select<Columns>(sql, [key])) as [Columns];
    const claim = { ...row, status: 0, body: null, idempotency_key: `${key}-left` };
    await database.write((manager) => insertRow(manager, 'blog_answer', claim));
    await database.close();

    const running = await post(`${key}-left`, article('left behind'));
    expect([running.status, running['retry-after']]).toEqual([409, '15']);
    await blog.clock.advance(15_000);
    const again = await post(`${key}-left`, article('left behind'));
    expect([again.status, again.text === first.text]).toEqual([201, false]);
    expect(await total('q=left+behind')).toBe(2);
  });

  it('is forgotten after a day', async () => {
    const key = newKey();
    await post(key, article('yesterday'));
    await blog.clock.stall(DAY_MS - 1_000);
    const headers = await logInAgain();
    expect((await post(key, article('yesterday'), { who: headers }))['idempotent-replayed']).toBe('true');
    await blog.clock.advance(1_000);
    const later = await post(key, article('yesterday'), { who: headers });
    expect([later.status, later['idempotent-replayed']]).toEqual([201, null]);
    expect(await total('q=yesterday')).toBe(2);
    blog.as.ann = headers;
  });

  function logInAgain(): Promise<RequestHeaders> {
    return blog.logIn('ann', 'ann-password');
  }

  it.each(['', ' ', 'two words', 'é', 'x'.repeat(256), '"open'])('that is none is a 400: %j', async (key) => {
    const answer = await blog.ask(
      'POST',
      '/api/v1/tags',
      { ...(await logInAgain()), 'idempotency-key': key },
      { name: 'x' },
    );
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('Idempotency-Key')]);
  });
});
