// What go-gin-example got wrong, each by its name: none of it must be so here. Its cache, files and logs are not this part's.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog, type Answer } from './harness.js';

describe.each(STORES)('a defect of the Gin blog is not in %s:', (store) => {
  let blog: TestBlog;
  let tag: Answer;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag = await blog.makeTag();
  });
  afterAll(() => blog.stop());

  const article = (fields: object = {}) => blog.makeArticle({ tag_id: tag.body.id, ...fields });
  const total = async (query: string) => (await blog.ask('GET', `/api/v1/${query}`)).body.total as number;

  it('a change is not seen', async () => {
    const before = await article();
    const path = `/api/v1/articles/${before.body.id}`;
    const input = { tag_id: tag.body.id, title: 'changed', content: 'changed' };
    const put = await blog.ask('PUT', path, matching(before, blog.as.admin), input);
    expect((await blog.ask('GET', path)).body).toEqual(put.body);
    expect((await blog.ask('GET', `/api/v1/articles?tag_id=${tag.body.id}`)).body.items[0].title).toBe('changed');
  });

  it('the pages of the tags are all alike', async () => {
    for (let n = 0; n < 25; n += 1) await blog.makeTag({}, blog.as.bob);
    const sizes = [];
    for (const page of [1, 3, 4])
      sizes.push((await blog.ask('GET', `/api/v1/tags?created_by=bob&page=${page}`)).body.items.length);
    expect(sizes).toEqual([10, 5, 0]);
  });

  it('the name of a tag is no filter', async () => {
    await blog.makeTag({ name: 'filter a' });
    await blog.makeTag({ name: 'filter b' });
    const names = async (name: string) => {
      const { body } = await blog.ask('GET', `/api/v1/tags?name=${encodeURIComponent(name)}`);
      return body.items.map((item: { name: string }) => item.name);
    };
    expect([await names('filter a'), await names('filter b')]).toEqual([['filter a'], ['filter b']]);
  });

  it('one filter is taken for another', async () => {
    const first = (await blog.makeTag()).body.id;
    await blog.makeArticle({ tag_id: first, state: 0 });
    const asAdmin = async (query: string) =>
      (await blog.ask('GET', `/api/v1/articles?${query}`, blog.as.admin)).body.total;
    expect([
      await asAdmin(`tag_id=${first}`),
      await asAdmin(`tag_id=${first}&state=1`),
      await asAdmin(`tag_id=${first}&state=0`),
    ]).toEqual([1, 0, 1]);
  });

  it('the total is not how many there are', async () => {
    const own = (await blog.makeTag()).body.id;
    for (let n = 0; n < 13; n += 1) await blog.makeArticle({ tag_id: own });
    const seen = new Set<number>();
    for (const page of [1, 2, 3]) {
      const { body } = await blog.ask('GET', `/api/v1/articles?tag_id=${own}&page_size=5&page=${page}`);
      expect(body.total).toBe(13);
      for (const { id } of body.items) seen.add(id);
    }
    expect(seen.size).toBe(13);
  });

  it('a bad id is answered twice', async () => {
    const { port } = new URL(blog.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const path = '/api/v1/tags/0';
      request({ port, method: 'DELETE', path, headers: { ...blog.as.admin, 'if-match': '*' } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(`${response.statusCode} ${body}`));
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toMatch(/^400 \{[^{}]*"errors":\[\{[^{}]*\}\]\}$/);
  });

  it('what has no state is hidden', async () => {
    expect([(await article()).body.state, (await blog.makeTag()).body.state]).toEqual([1, 1]);
  });

  it('a name is two tags', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => blog.makeTag({ name: 'raced' })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 10001)).toHaveLength(49);
    expect(await total('tags?name=raced')).toBe(1);
  });

  it('a tag is renamed onto another', async () => {
    const other = await blog.makeTag();
    const { status, body } = await blog.ask('PUT', `/api/v1/tags/${other.body.id}`, matching(other, blog.as.admin), {
      name: tag.body.name,
    });
    expect([status, body.code]).toEqual([409, 10001]);
  });

  it('a deleted tag is still shown with its articles', async () => {
    const used = await blog.makeTag();
    await blog.makeArticle({ tag_id: used.body.id });
    expect((await blog.ask('DELETE', `/api/v1/tags/${used.body.id}`, matching(used, blog.as.admin))).status).toBe(409);
  });

  it('what is not there is a 200', async () => {
    expect((await blog.ask('GET', '/api/v1/articles/999999')).status).toBe(404);
    expect((await blog.ask('GET', '/api/v1/articles/9223372036854775808')).status).toBe(400);
    expect((await blog.ask('GET', '/api/v1/tags/999999')).body.code).toBe(10003);
  });

  it('tag_id and state in the query are ignored', async () => {
    expect(await total(`articles?tag_id=${(await blog.makeTag()).body.id}`)).toBe(0);
    expect((await blog.ask('GET', '/api/v1/articles?state=2')).status).toBe(400);
  });

  it('a JSON body is refused without the name of a field', async () => {
    const { status, body } = await blog.ask('POST', '/api/v1/articles', blog.as.admin, { title: '' });
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect([status, pointers]).toEqual([422, ['#/tag_id', '#/title', '#/content']]);
  });

  it('emoji become question marks', async () => {
    const { body } = await article({ title: '😀 title', desc: '😀', content: '😀'.repeat(100) });
    expect((await blog.ask('GET', `/api/v1/articles/${body.id}`)).body).toEqual(body);
    expect([body.title, body.desc, body.content]).toEqual(['😀 title', '😀', '😀'.repeat(100)]);
  });

  it('long content is cut', async () => {
    const content = '😀'.repeat(65_535);
    const { status, body } = await article({ content });
    expect([status, body.content === content]).toEqual([201, true]);
    expect((await article({ content: `${content}x` })).status).toBe(422);
  });

  it('HEAD, OPTIONS and PATCH are a 404', async () => {
    const made = await article();
    const path = `/api/v1/articles/${made.body.id}`;
    const head = await blog.ask('HEAD', path);
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', made.headers.get('etag')]);
    const options = await blog.ask('OPTIONS', path);
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS']);
    expect((await blog.ask('PATCH', path, matching(made, blog.as.admin), { title: 'patched' })).status).toBe(200);
    const other = await blog.ask('POST', path, blog.as.admin, {});
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS']);
  });

  it('an answer is JSON whatever was asked for', async () => {
    const refused = await blog.ask('GET', '/api/v1/tags', { accept: 'application/xml' });
    expect([refused.status, refused.body.type]).toEqual([406, 'urn:signpost:problem:not-acceptable']);
    const before = await total('tags');
    expect((await blog.makeTag({}, { ...blog.as.admin, accept: 'text/html' })).status).toBe(406);
    expect(await total('tags')).toBe(before);
  });

  it('one of 100 changes of the same version is lost', async () => {
    const made = await article();
    const path = `/api/v1/articles/${made.body.id}`;
    const puts = Array.from({ length: 100 }, (_, n) =>
      blog.ask('PUT', path, matching(made, blog.as.admin), {
        tag_id: tag.body.id,
        title: `winner ${n}`,
        content: `${n}`,
      }),
    );
    const answers = await Promise.all(puts);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(99);
    const [winner] = answers.filter(({ status }) => status === 200);
    expect((await blog.ask('GET', path)).body).toEqual(winner!.body);
  });
});
