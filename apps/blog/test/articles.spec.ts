import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog } from './harness.js';

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  describe('an article', () => {
    it('is created with its tag, read, listed without content, replaced, patched and deleted', async () => {
      const tag = await blog.makeTag({ name: '系统' });
      const created = await blog.makeArticle(
        { tag_id: tag.body.id, title: '分布式系统实践', content: 'Text 😀\r\n' },
        blog.as.ann,
      );
      const { id } = created.body;
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`/api/v1/articles/${id}`);
      expect(created.body).toMatchObject({
        id,
        tag_id: tag.body.id,
        tag: tag.body,
        title: '分布式系统实践',
        slug: '分布式系统实践',
        desc: '',
        content: 'Text 😀\r\n',
        cover_image_url: '',
        state: 1,
        created_by: 'ann',
        version: 1,
      });

      const path = `/api/v1/articles/${id}`;
      const read = await blog.ask('GET', path);
      expect(read.body).toEqual(created.body);
      const list = await blog.ask('GET', `/api/v1/articles?tag_id=${tag.body.id}`);
      const { content: _content, ...summary } = created.body;
      expect(list.body).toEqual({ items: [summary], page: 1, page_size: 10, total: 1 });

      const input = {
        tag_id: tag.body.id,
        title: 'New',
        content: 'New text',
        desc: 'Short',
        cover_image_url: '/a.png',
      };
      const replaced = await blog.ask('PUT', path, matching(read, blog.as.ann), input);
      expect(replaced.body).toMatchObject({ ...input, slug: '分布式系统实践', version: 2 });
      expect((await blog.ask('GET', path)).body).toEqual(replaced.body);
      const patched = await blog.ask('PATCH', path, matching(replaced, blog.as.ann), { desc: null, title: 'Newer' });
      expect(patched.body).toMatchObject({ ...input, desc: '', title: 'Newer', version: 3 });

      expect((await blog.ask('DELETE', path, matching(patched, blog.as.ann))).status).toBe(204);
      const gone = await blog.ask('GET', path);
      expect([gone.status, gone.body.code]).toEqual([404, 10011]);
      expect((await blog.ask('GET', `/api/v1/articles?tag_id=${tag.body.id}`)).body.total).toBe(0);
    });

    it('of an unknown tag is a 422 with 10003, when made and when changed', async () => {
      const { status, body } = await blog.makeArticle({ tag_id: 999_999 });
      expect([status, body.code, body.errors]).toEqual([
        422,
        10003,
        [{ pointer: '#/tag_id', detail: 'there is no tag 999999' }],
      ]);
      const article = await blog.makeArticle();
      const patched = await blog.ask('PATCH', `/api/v1/articles/${article.body.id}`, matching(article, blog.as.admin), {
        tag_id: 999_999,
      });
      expect([patched.status, patched.body.code]).toEqual([422, 10003]);
    });

    it('is taken from a form too', async () => {
      const tag = await blog.makeTag();
      const form = new URLSearchParams({ tag_id: tag.body.id, title: 'From a form', content: 'a=b & c', state: '0' });
      const { status, body } = await blog.ask(
        'POST',
        '/api/v1/articles',
        { ...blog.as.ann, 'content-type': 'application/x-www-form-urlencoded' },
        form.toString(),
      );
      expect([status, body]).toEqual([
        201,
        expect.objectContaining({ tag_id: tag.body.id, content: 'a=b & c', state: 0 }),
      ]);
    });

    it('has a slug of its own', async () => {
      const titles = ['Same title!', 'same title', 'SAME  TITLE', '!!!'];
      const slugs = [];
      for (const title of titles) slugs.push((await blog.makeArticle({ title })).body.slug);
      expect(slugs).toEqual(['same-title', 'same-title-2', 'same-title-3', 'article']);
    });

    it('that is known is a 304, until its tag changes', async () => {
      const tag = await blog.makeTag();
      const { body, headers } = await blog.makeArticle({ tag_id: tag.body.id });
      const known = { 'if-none-match': headers.get('etag')! };
      const unchanged = await blog.ask('GET', `/api/v1/articles/${body.id}`, known);
      expect([unchanged.status, unchanged.body, unchanged.headers.get('etag')]).toEqual([
        304,
        '',
        known['if-none-match'],
      ]);
      await blog.ask('PATCH', `/api/v1/tags/${tag.body.id}`, matching(tag, blog.as.admin), {
        name: `${tag.body.name} renamed`,
      });
      const changed = await blog.ask('GET', `/api/v1/articles/${body.id}`, known);
      expect([changed.status, changed.body.tag.name]).toEqual([200, `${tag.body.name} renamed`]);
    });

    it.each(['PUT', 'PATCH', 'DELETE'])('is not changed blindly: %s is a 428, 412, 404 or 401', async (method) => {
      const article = await blog.makeArticle();
      const path = `/api/v1/articles/${article.body.id}`;
      const body = { PUT: { tag_id: article.body.tag_id, title: 'x', content: 'x' }, PATCH: { title: 'x' } }[method];
      expect((await blog.ask(method, path, blog.as.admin, body)).status).toBe(428);
      const stale = await blog.ask(method, path, { ...blog.as.admin, 'if-match': '"0-0-0"' }, body);
      expect([stale.status, stale.headers.get('etag')]).toEqual([412, article.headers.get('etag')]);
      expect((await blog.ask(method, '/api/v1/articles/999999', matching(article, blog.as.admin), body)).status).toBe(
        404,
      );
      expect((await blog.ask(method, path, {}, body)).status).toBe(401);
      expect((await blog.ask('GET', path)).body).toEqual(article.body);
    });

    it.each(['PUT', 'PATCH', 'DELETE'])('of another author is not changed: %s is a 403', async (method) => {
      const article = await blog.makeArticle({}, blog.as.ann);
      const path = `/api/v1/articles/${article.body.id}`;
      const body = { PUT: { tag_id: article.body.tag_id, title: 'x', content: 'x' }, PATCH: { title: 'x' } }[method];
      const refused = await blog.ask(method, path, matching(article, blog.as.bob), body);
      expect([refused.status, refused.body.type]).toEqual([403, 'urn:signpost:problem:not-yours']);
      expect((await blog.ask('GET', path)).body).toEqual(article.body);
      expect((await blog.ask(method, path, matching(article, blog.as.admin), body)).status).toBeLessThan(300);
    });

    it('of state 0, and its tag, are seen by their author and admins alone', async () => {
      const tag = await blog.makeTag({ state: 0 }, blog.as.ann);
      const hidden = await blog.makeArticle({ tag_id: tag.body.id, state: 0 }, blog.as.ann);
      const shown = await blog.makeArticle({ tag_id: tag.body.id }, blog.as.ann);
      const views = { nobody: {}, bob: blog.as.bob, ann: blog.as.ann, admin: blog.as.admin };
      const seen = Object.entries(views).map(async ([name, who]) => [
        name,
        (await blog.ask('GET', `/api/v1/tags/${tag.body.id}`, who)).status,
        (await blog.ask('GET', `/api/v1/articles/${hidden.body.id}`, who)).status,
        (await blog.ask('GET', `/api/v1/articles/${shown.body.id}`, who)).body.tag?.id,
        (await blog.ask('GET', `/api/v1/articles?tag_id=${tag.body.id}`, who)).body.total,
      ]);
      expect(await Promise.all(seen)).toEqual([
        ['nobody', 404, 404, undefined, 1],
        ['bob', 404, 404, undefined, 1],
        ['ann', 200, 200, tag.body.id, 2],
        ['admin', 200, 200, tag.body.id, 2],
      ]);
      expect((await blog.makeArticle({ tag_id: tag.body.id }, blog.as.bob)).body.code).toBe(10003);
      expect(
        (await blog.ask('DELETE', `/api/v1/articles/${hidden.body.id}`, matching(hidden, blog.as.bob))).status,
      ).toBe(404);
    });

    it('keeps what was sent: the longest content, and text that looks like SQL', async () => {
      const content = '文'.repeat(65_535);
      expect((await blog.makeArticle({ content })).body.content).toBe(content);
      const title = `'); DROP TABLE blog_article; -- "\\`;
      const { body } = await blog.makeArticle({ title });
      expect((await blog.ask('GET', `/api/v1/articles/${body.id}`)).body.title).toBe(title);
      expect(
        (await blog.ask('GET', `/api/v1/articles?created_by=${encodeURIComponent("x' OR '1'='1")}`)).body.total,
      ).toBe(0);
    });

    it.each([
      [{ title: undefined }, '#/title', 'is required'],
      [{ content: '' }, '#/content', 'expected string to have >=1 characters'],
      [{ content: 'x'.repeat(65_536) }, '#/content', 'expected string to have <=65535 characters'],
      [{ content: null }, '#/content', 'expected string, received null'],
      [{ desc: 'x'.repeat(256) }, '#/desc', 'expected string to have <=255 characters'],
      [{ tag_id: 0 }, '#/tag_id', 'expected number to be >=1'],
      [{ tag_id: 2 ** 63 }, '#/tag_id', expect.any(String)],
      [{ tag_id: 1.5 }, '#/tag_id', 'expected int, received number'],
      [
        { cover_image_url: 'javascript:alert(1)' },
        '#/cover_image_url',
        'must be an http or https URL, a path, or empty',
      ],
      [{ slug: 'x' }, '#/slug', 'is not known here'],
      [{ 'a/b': 1 }, '#/a~1b', 'is not known here'],
    ])('is refused with 422: %j', async (fields, pointer, detail) => {
      const { status, body } = await blog.makeArticle({ tag_id: 1, ...fields });
      expect([status, body.errors]).toEqual([422, [{ pointer, detail }]]);
    });

    it.each([
      '/api/v1/articles?page_size=101',
      '/api/v1/articles?state=2',
      '/api/v1/articles?tag_id=x',
      '/api/v1/articles?tag=1',
      '/api/v1/articles?token=abc',
      '/api/v1/articles/0',
      '/api/v1/articles/abc',
      '/api/v1/articles/9223372036854775808',
      '/api/v1/articles/1?fields=title',
      '/api/v1/articles/%ff',
    ])('is asked for wrongly: %s is a 400', async (path) => {
      const { status, body } = await blog.ask('GET', path);
      expect([status, body.type]).toEqual([400, 'urn:signpost:problem:malformed-request']);
    });

    it('is told in JSON how a body is malformed, and nothing is stored', async () => {
      const before = (await blog.ask('GET', '/api/v1/articles')).body.total;
      expect((await blog.ask('POST', '/api/v1/articles', blog.as.admin, '{"title":')).status).toBe(400);
      expect((await blog.ask('POST', '/api/v1/articles', blog.as.admin)).status).toBe(400);
      expect((await blog.ask('GET', '/api/v1/articles')).body.total).toBe(before);
    });
  });
});
