// A strong entity tag stands for one sequence of octets (RFC 9110 section 8.8.1): what a write answers is what a read would.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { TestBlog } from './harness.js';

describe.each(STORES)('on %s,', (store) => {
  let blog: TestBlog;
  let tag_id: number;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    tag_id = (await blog.makeTag()).body.id;
  });
  afterAll(() => blog.stop());

  const content = () => ({ tag_id, title: 'To the octet', desc: 'd', content: 'c', cover_image_url: '/c.png' });

  /** The octets of an answer, and their entity tag. */
  async function ask(method: string, path: string, body?: object) {
    const answer = await fetch(`${blog.url}${path}`, {
      method,
      headers: { ...blog.as.ann, 'if-match': '*', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const location = answer.headers.get('location') ?? path;
    return { location, told: [answer.headers.get('etag'), await answer.text()] };
  }

  it.each<[string, string, () => object, object]>([
    ['a tag', '/api/v1/tags', () => ({ state: 0, name: blog.freshName() }), { state: 1 }],
    ['an article', '/api/v1/articles', content, { title: 'Still to the octet' }],
    ['an article of state 0', '/api/v1/articles', () => ({ state: 0, ...content() }), { state: 1 }],
  ])('%s is read as each write answered it', async (_, path, body, patch) => {
    const made = await ask('POST', path, body());
    const read = async () => (await ask('GET', made.location)).told;
    expect(made.told).toEqual(await read());
    expect((await ask('PATCH', made.location, patch)).told).toEqual(await read());
    expect((await ask('PUT', made.location, body())).told).toEqual(await read());
    await ask('DELETE', made.location);
    expect((await ask('POST', `${made.location}/restore`)).told).toEqual(await read());
  });
});
