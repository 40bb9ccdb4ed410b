// What go-gin-example did with bad input, each by its name, as it was measured: here it is told what is wrong, or simply done.
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { basic, matching, TestBlog, type Answer } from './harness.js';

describe.each(STORES)('bad input on %s does not mean that', (store) => {
  let blog: TestBlog;
  let tag: Answer;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag = await blog.makeTag();
  });
  afterAll(() => blog.stop());

  const article = (fields: object = {}) => blog.makeArticle({ tag_id: tag.body.id, ...fields });

  it.each(['233', '', 'secret_key', 'gin-blog'])('tokens forged with the shipped secret pass: %j', async (secret) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const exp = Math.floor(blog.clock.now() / 1_000) + 3_600;
    const forms = [
      [
        { alg: 'HS256', typ: 'JWT' },
        { username: 'admin', password: 'x', exp, iss: 'gin-blog' },
      ],
      [
        { alg: 'HS256', typ: 'at+jwt', kid: 'secret' },
        { sub: 'admin', exp },
      ],
    ] as const;
    for (const [header, claims] of forms) {
      const text = `${encode(header)}.${encode(claims)}`;
      const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      for (const authorization of [token, `Bearer ${token}`]) {
        const { status, body } = await blog.ask('POST', '/api/v1/tags', { authorization }, { name: 'forged' });
        expect([status, body.code]).toEqual([401, 20001]);
      }
      expect((await blog.ask('GET', `/api/v1/tags?token=${token}`)).status).toBe(400);
    }
  });

  it.each(['articles', 'tags'])('an id of 2^63 or one that is missing is a 200: %s', async (kind) => {
    const code = kind === 'tags' ? 10003 : 10011;
    for (const [id, status] of [
      ['9223372036854775808', 400],
      ['4294967296', 400],
      ['-1', 400],
      ['0', 400],
      ['1e2', 400],
      ['999999', 404],
    ] as const) {
      const answer = await blog.ask('GET', `/api/v1/${kind}/${id}`);
      expect([id, answer.status]).toEqual([id, status]);
      expect(answer.body.code).toBe(status === 404 ? code : undefined);
      const headers = { ...blog.as.admin, 'if-match': '*' };
      expect((await blog.ask('DELETE', `/api/v1/${kind}/${id}`, headers)).status).toBe(status);
    }
  });

  it('state and tag_id in the query are ignored', async () => {
    const other = (await blog.makeTag()).body.id;
    await article();
    await article({ state: 0 });
    const totalOf = async (query: string) =>
      (await blog.ask('GET', `/api/v1/articles?${query}`, blog.as.admin)).body.total;
    expect(await totalOf(`tag_id=${other}`)).toBe(0);
    expect([await totalOf(`tag_id=${tag.body.id}&state=0`), await totalOf(`tag_id=${tag.body.id}&state=1`)]).toEqual([
      1, 1,
    ]);
    for (const query of ['state=2', 'state=', 'state=x', 'tag_id=0', 'tag_id=1&tag_id=2', 'stat=1']) {
      expect([query, (await blog.ask('GET', `/api/v1/articles?${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('a JSON body is a bare 400 with no field named', async () => {
    const { status, body } = await blog.ask('POST', '/api/v1/articles', blog.as.admin, { title: '' });
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect([status, pointers]).toEqual([422, ['#/tag_id', '#/title', '#/content']]);
    const malformed = await blog.ask('POST', '/api/v1/articles', blog.as.admin, '{"title"');
    expect([malformed.status, malformed.body.detail]).toEqual([400, 'the body is not valid JSON']);
  });

  it('emoji are stored as ????, or are a 500', async () => {
    const { body } = await article({ title: '😀 title', desc: '😀', content: '😀'.repeat(100) });
    expect((await blog.ask('GET', `/api/v1/articles/${body.id}`)).body).toEqual(body);
    expect([body.title, body.desc, body.content]).toEqual(['😀 title', '😀', '😀'.repeat(100)]);
  });

  it('content over 64 KB is cut, or a 500', async () => {
    const content = '😀'.repeat(65_535);
    const { status, body } = await article({ content });
    expect([status, (await blog.ask('GET', `/api/v1/articles/${body.id}`)).body.content === content]).toEqual([
      201,
      true,
    ]);
    const longer = await article({ content: `${content}x` });
    expect([longer.status, longer.body.errors[0].pointer]).toEqual([422, '#/content']);
  });

  it.each(['ANN', 'Ann', 'ann ', 'ann  ', ' ann', 'änn', 'ann\0'])(
    'TEST, or trailing blanks, log in as test: %j for ann',
    async (name) => {
      const answers = [
        await blog.ask('GET', '/auth', basic(name, 'ann-password')),
        await blog.ask('POST', '/auth', {}, { username: name, password: 'ann-password' }),
      ];
      for (const { status, body } of answers) expect([status, body.code]).toEqual([401, 20004]);
    },
  );

  it('DELETE of tag 0 sends two bodies', async () => {
    const { port } = new URL(blog.url);
    const headers = { ...blog.as.admin, 'if-match': '*' };
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request({ port, method: 'DELETE', path: '/api/v1/tags/0', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve(text));
      });
      sent.on('error', reject).end();
    });
    expect(JSON.parse(body)).toMatchObject({ status: 400, errors: [{ parameter: 'id' }] });
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

  it('a PUT and then a GET is stale', async () => {
    let made = await article();
    const path = `/api/v1/articles/${made.body.id}`;
    for (let n = 0; n < 10; n += 1) {
      const input = { tag_id: tag.body.id, title: `title ${n}`, content: `${n}` };
      made = await blog.ask('PUT', path, matching(made, blog.as.admin), input);
      const read = await blog.ask('GET', path);
      expect([read.body, read.headers.get('etag')]).toEqual([made.body, made.headers.get('etag')]);
    }
  });
});
