import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog } from './harness.js';

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  describe('a tag', () => {
    it('is created, read, listed, replaced, patched and deleted', async () => {
      const created = await blog.ask('POST', '/api/v1/tags', blog.as.ann, {
        name: ' Cafe\u0301 ',
        created_by: 'somebody else',
      });
      const { id } = created.body;
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`/api/v1/tags/${id}`);
      expect(created.body).toEqual({
        id,
        name: 'Caf\u00e9',
        state: 1,
        created_by: 'ann',
        modified_by: 'ann',
        created_on: Date.UTC(2026, 10, 23) / 1_000,
        modified_on: Date.UTC(2026, 10, 23) / 1_000,
        version: 1,
      });

      const path = `/api/v1/tags/${id}`;
      const read = await blog.ask('GET', path);
      expect([read.body, read.headers.get('etag')]).toEqual([created.body, created.headers.get('etag')]);
      expect((await blog.ask('GET', '/api/v1/tags?name=Caf%C3%A9')).body).toEqual({
        items: [created.body],
        page: 1,
        page_size: 10,
        total: 1,
      });

      const replaced = await blog.ask('PUT', path, matching(read, blog.as.ann), { name: 'coffee' });
      expect([replaced.status, replaced.body.name, replaced.body.version]).toEqual([200, 'coffee', 2]);
      const patched = await blog.ask(
        'PATCH',
        path,
        { ...matching(replaced, blog.as.ann), 'content-type': 'application/merge-patch+json' },
        { state: 0 },
      );
      expect([patched.status, patched.body.name, patched.body.state]).toEqual([200, 'coffee', 0]);
      const restored = await blog.ask('PATCH', path, matching(patched, blog.as.ann), { state: null });
      expect([restored.body.state, restored.body.version]).toEqual([1, 4]);

      expect((await blog.ask('DELETE', path, matching(restored, blog.as.ann))).status).toBe(204);
      const gone = await blog.ask('GET', path);
      expect([gone.status, gone.body.code]).toEqual([404, 10003]);
      expect((await blog.makeTag({ name: 'coffee' })).status).toBe(201);
    });

    it('has a name of its own: 10001, letter case apart', async () => {
      expect((await blog.makeTag({ name: 'Unique' })).status).toBe(201);
      expect((await blog.makeTag({ name: 'unique' })).status).toBe(201);
      const { status, body } = await blog.makeTag({ name: ' Unique' });
      expect([status, body.code, body.type]).toEqual([409, 10001, 'urn:signpost:problem:tag-exists']);
      const other = await blog.makeTag();
      const renamed = await blog.ask('PUT', `/api/v1/tags/${other.body.id}`, matching(other, blog.as.admin), {
        name: 'Unique',
      });
      expect([renamed.status, renamed.body.code]).toEqual([409, 10001]);
      expect((await blog.ask('GET', `/api/v1/tags/${other.body.id}`)).body).toEqual(other.body);
    });

    it('is one row after 50 parallel POSTs of its name', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => blog.makeTag({ name: 'raced' })));
      expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(49);
      expect((await blog.ask('GET', '/api/v1/tags?name=raced')).body.total).toBe(1);
    });

    it('takes one of 100 parallel PUTs with one entity tag', async () => {
      const tag = await blog.makeTag();
      const puts = Array.from({ length: 100 }, (_, n) =>
        blog.ask('PUT', `/api/v1/tags/${tag.body.id}`, matching(tag, blog.as.admin), { name: `winner ${n}` }),
      );
      const statuses = (await Promise.all(puts)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 412)).toHaveLength(99);
    });

    it('is not deleted while articles use it', async () => {
      const tag = await blog.makeTag();
      const article = await blog.makeArticle({ tag_id: tag.body.id });
      const refused = await blog.ask('DELETE', `/api/v1/tags/${tag.body.id}`, matching(tag, blog.as.admin));
      expect([refused.status, refused.body.type]).toEqual([409, 'urn:signpost:problem:tag-in-use']);
      await blog.ask('DELETE', `/api/v1/articles/${article.body.id}`, matching(article, blog.as.admin));
      expect((await blog.ask('DELETE', `/api/v1/tags/${tag.body.id}`, matching(tag, blog.as.admin))).status).toBe(204);
    });

    it('pages are whole, the last one short and the one after it empty', async () => {
      for (let n = 0; n < 25; n += 1) await blog.makeTag({}, blog.as.bob);
      const sizes = [];
      for (const page of [1, 2, 3, 4]) {
        const { body } = await blog.ask('GET', `/api/v1/tags?created_by=bob&page=${page}`);
        expect(body).toMatchObject({ page, page_size: 10, total: 25 });
        sizes.push(body.items.length);
      }
      expect(sizes).toEqual([10, 10, 5, 0]);
      const { headers } = await blog.ask('GET', '/api/v1/tags?created_by=bob&page=2');
      expect(headers.get('link')).toContain('</api/v1/tags?created_by=bob&page=3>; rel="next"');
    });

    it.each([
      [{}, '#/name', 'is required'],
      [{ name: '' }, '#/name', 'expected string to have >=1 characters'],
      [{ name: ' \t ' }, '#/name', 'must not hold control characters'],
      [{ name: '   ' }, '#/name', 'must not be blank'],
      [{ name: 'x'.repeat(101) }, '#/name', 'expected string to have <=100 characters'],
      [{ name: 'a\u0000b' }, '#/name', 'must not hold control characters'],
      [{ name: 'a\ud800' }, '#/name', 'must be well-formed Unicode'],
      [{ name: 5 }, '#/name', 'expected string, received number'],
      [{ name: 'x', state: 2 }, '#/state', 'expected number to be <=1'],
      [{ name: 'x', state: '1' }, '#/state', 'expected number, received string'],
      [{ name: 'x', id: 7 }, '#/id', 'is not known here'],
    ])('is refused with 422: %j', async (body, pointer, detail) => {
      const answer = await blog.ask('POST', '/api/v1/tags', blog.as.admin, body);
      expect([answer.status, answer.body.errors]).toEqual([422, [{ pointer, detail }]]);
    });

    it('of 100 emoji fits, and comes back as it was', async () => {
      const name = '😀'.repeat(100);
      const { status, body } = await blog.makeTag({ name });
      expect([status, body.name]).toEqual([201, name]);
    });
  });
});
