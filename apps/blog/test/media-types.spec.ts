// What may come in and what goes out: an answer that nobody can read is not made, and a body that says less than it must is not guessed at.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, TestBlog, type Answer, type RequestHeaders } from './harness.js';

let blog: TestBlog;
let tag: Answer;
let article: Answer;
beforeAll(async () => {
  blog = await TestBlog.start();
  tag = await blog.makeTag();
  article = await blog.makeArticle({ tag_id: tag.body.id });
});
afterAll(() => blog.stop());

const rows = async () => {
  const count = (table: string) => `(SELECT COUNT(*) || '/' || SUM(version) FROM ${table})`;
  const sql = `SELECT ${['blog_tag', 'blog_article', 'blog_auth'].map(count).join(` || ' ' || `)} AS rows`;
  const sessions = await blog.select('SELECT id FROM blog_session');
  return [await blog.select(sql), sessions];
};

describe('a client that takes no JSON', () => {
  it.each<[string, string, () => RequestHeaders, unknown]>([
    ['GET', '/auth', () => basic('admin', blog.password), undefined],
    ['POST', '/auth', () => ({}), { username: 'ann', password: 'ann-password' }],
    ['POST', '/auth', () => ({}), { username: 'ann', password: 'wrong' }],
    ['POST', '/auth/refresh', () => ({}), { refresh_token: 'x' }],
    ['GET', '/api/v1/users', () => blog.as.admin, undefined],
    ['POST', '/api/v1/users', () => blog.as.admin, { username: 'carl', password: 'a good password' }],
    ['POST', '/api/v1/tags', () => blog.as.ann, { name: 'unread' }],
    ['POST', '/api/v1/tags/import', () => blog.as.ann, {}],
    ['POST', '/api/v1/images', () => blog.as.ann, {}],
    ['DELETE', '/api/v1/articles/1', () => blog.as.admin, undefined],
  ])('is told so, and nothing is done: %s %s', async (method, path, who, body) => {
    const before = await rows();
    for (const accept of ['text/html', 'application/json;q=0, */*', 'image/*']) {
      const answer = await blog.ask(method, path, { ...who(), accept, 'if-match': '*' }, body);
      expect([answer.status, answer.body.type]).toEqual([406, 'urn:signpost:problem:not-acceptable']);
    }
    expect(await rows()).toEqual(before);
  });

  it('logs in with what a browser sends', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    expect((await blog.ask('GET', '/auth', { ...basic('ann', 'ann-password'), accept })).status).toBe(200);
  });
});

describe('a form', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each<[string, () => string, string]>([
    ['a tag', () => `/api/v1/tags/${tag.body.id}`, 'name=patched'],
    ['an article', () => `/api/v1/articles/${article.body.id}`, 'title=patched'],
    ['an account', () => '/api/v1/users/1', 'state=0'],
  ])('is no patch of %s, as it cannot say null', async (_, path, body) => {
    const before = await rows();
    const answer = await blog.ask('PATCH', path(), { ...blog.as.admin, ...form, 'if-match': '*' }, body);
    expect([answer.status, answer.body.type]).toEqual([415, 'urn:signpost:problem:unsupported-media-type']);
    expect(answer.body.detail).toBe('a patch is application/json or application/merge-patch+json');
    expect(await rows()).toEqual(before);
  });

  it('may make a tag, and replace one', async () => {
    const made = await blog.ask('POST', '/api/v1/tags', { ...blog.as.ann, ...form }, 'name=formed&state=0');
    expect([made.status, made.body.name, made.body.state]).toEqual([201, 'formed', 0]);
    const path = `/api/v1/tags/${made.body.id}`;
    const put = await blog.ask('PUT', path, { ...blog.as.ann, ...form, 'if-match': '*' }, 'name=formed+anew');
    expect([put.status, put.body.name, put.body.state]).toEqual([200, 'formed anew', 1]);
  });
});

describe('a merge patch', () => {
  const patch = { 'content-type': 'application/merge-patch+json; charset=utf-8' };

  it.each<[string, string, () => string, object]>([
    ['makes no tag', 'POST', () => '/api/v1/tags', { name: 'merged' }],
    ['replaces no tag', 'PUT', () => `/api/v1/tags/${tag.body.id}`, { name: 'merged' }],
    ['logs nobody in', 'POST', () => '/auth', { username: 'ann', password: 'ann-password' }],
  ])('%s', async (_, method, path, body) => {
    const before = await rows();
    const answer = await blog.ask(method, path(), { ...blog.as.admin, ...patch, 'if-match': '*' }, body);
    expect([answer.status, answer.body.detail]).toEqual([415, 'application/merge-patch+json is for PATCH alone']);
    expect(await rows()).toEqual(before);
  });
});

describe('a compressed body', () => {
  it.each(['gzip', 'br', 'identity, gzip', 'made-up'])(
    'is not unpacked, nor taken for what it is not: %s',
    async (coding) => {
      const before = await rows();
      const who = { ...blog.as.ann, 'content-encoding': coding };
      const answer = await blog.ask('POST', '/api/v1/tags', who, { name: 'packed' });
      expect([answer.status, answer.body.type]).toEqual([415, 'urn:signpost:problem:unsupported-media-type']);
      expect(answer.body.detail).toBe(`the content coding ${coding} is not read: send the body as it is`);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
      expect((await blog.sendForm('/api/v1/images', who, { image: new Blob(['GIF89a']) })).status).toBe(415);
      expect(await rows()).toEqual(before);
    },
  );

  it('is not what is called identity', async () => {
    const who = { ...blog.as.ann, 'content-encoding': 'Identity' };
    expect((await blog.ask('POST', '/api/v1/tags', who, { name: 'as it is' })).status).toBe(201);
  });
});
