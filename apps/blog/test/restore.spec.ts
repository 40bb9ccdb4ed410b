import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from './databases.js';
import { matching, TestBlog, type Answer } from './harness.js';

describe.each(STORES)('what was deleted in %s', (store) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  const pathOf = (kind: string, { body }: Answer) => `/api/v1/${kind}/${body.id}`;
  const remove = (path: string, answer: Answer) => blog.ask('DELETE', path, matching(answer, blog.as.admin));
  const restore = (path: string, who = blog.as.admin) => blog.ask('POST', `${path}/restore`, who);

  it('comes back as it was, as a new version', async () => {
    const tag = await blog.makeTag({}, blog.as.ann);
    const path = pathOf('tags', tag);
    await remove(path, tag);
    const restored = await restore(path, blog.as.ann);
    expect([restored.status, restored.body]).toEqual([200, { ...tag.body, version: 3 }]);
    const read = await blog.ask('GET', path);
    expect([read.body, read.headers.get('etag')]).toEqual([restored.body, restored.headers.get('etag')]);
    const article = await blog.makeArticle({ tag_id: tag.body.id }, blog.as.ann);
    const articlePath = pathOf('articles', article);
    await remove(articlePath, article);
    const back = await restore(articlePath, blog.as.ann);
    expect(back.body).toEqual({ ...article.body, version: 3 });
    expect((await blog.ask('GET', articlePath)).body).toEqual(back.body);
  });

  it('stays as it is when it was restored already', async () => {
    const tag = await blog.makeTag();
    const again = await restore(pathOf('tags', tag));
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([200, tag.body, tag.headers.get('etag')]);
    const article = await blog.makeArticle();
    expect((await restore(pathOf('articles', article))).body).toEqual(article.body);
  });

  it('does not come back onto a name that is taken by now', async () => {
    const tag = await blog.makeTag();
    await remove(pathOf('tags', tag), tag);
    const second = await blog.makeTag({ name: tag.body.name });
    const refused = await restore(pathOf('tags', tag));
    expect([refused.status, refused.body.code]).toEqual([409, 10001]);
    await remove(pathOf('tags', second), second);
    expect((await restore(pathOf('tags', tag))).status).toBe(200);
    expect((await restore(pathOf('tags', second))).status).toBe(409);
  });

  it('of an article takes another slug if its own is taken, and comes back after its tag alone', async () => {
    const tag = await blog.makeTag();
    const fields = { tag_id: tag.body.id, title: 'Comes back' };
    const article = await blog.makeArticle(fields);
    await remove(pathOf('articles', article), article);
    const second = await blog.makeArticle(fields);
    expect([article.body.slug, second.body.slug]).toEqual(['comes-back', 'comes-back']);
    const restored = await restore(pathOf('articles', article));
    expect(restored.body.slug).toBe('comes-back-2');

    await remove(pathOf('articles', restored), restored);
    await remove(pathOf('articles', second), second);
    expect((await remove(pathOf('tags', tag), tag)).status).toBe(204);
    const refused = await restore(pathOf('articles', article));
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      409,
      10003,
      `restore the tag ${tag.body.id} first`,
    ]);
    await restore(pathOf('tags', tag));
    expect((await restore(pathOf('articles', article))).body.tag.version).toBe(3);
  });

  it('comes back for its author and admins alone', async () => {
    const tag = await blog.makeTag({}, blog.as.ann);
    const path = pathOf('tags', tag);
    await remove(path, tag);
    expect((await restore(path, blog.as.bob)).status).toBe(403);
    expect((await restore(path, {})).status).toBe(401);
    expect((await restore('/api/v1/tags/999999')).body.code).toBe(10003);
    expect((await restore('/api/v1/articles/999999')).body.code).toBe(10011);
    const hidden = await blog.makeTag({ state: 0 }, blog.as.ann);
    await remove(pathOf('tags', hidden), hidden);
    expect((await restore(pathOf('tags', hidden), blog.as.bob)).status).toBe(404);
  });

  it('is neither read nor changed', async () => {
    const article = await blog.makeArticle({}, blog.as.ann);
    const path = pathOf('articles', article);
    await remove(path, article);
    for (const who of [blog.as.ann, blog.as.bob, blog.as.admin]) {
      const answers = [
        await blog.ask('GET', path, who),
        await blog.ask('PATCH', path, { ...matching(article, who) }, { title: 'x' }),
        await blog.ask('DELETE', path, matching(article, who)),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    }
  });

  it('keeps no article whose tag was deleted at the same moment', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const tag = await blog.makeTag();
      const [removed, ...made] = await Promise.all([
        remove(pathOf('tags', tag), tag),
        ...Array.from({ length: 3 }, () => blog.makeArticle({ tag_id: tag.body.id })),
      ]);
      const live = made.filter(({ status }) => status === 201).length;
      outcomes.add(`${removed.status} ${made.map(({ status }) => status).join(' ')}`);
      if (removed.status === 204) expect(live).toBe(0);
      else expect([removed.status, live]).toEqual([409, 3]);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

describe.each(STORES)('a version in %s', (store) => {
  let blog: TestBlog;
  beforeAll(async () => void (blog = await TestBlog.start(store)));
  afterAll(() => blog.stop());

  it('that is asked for and not there yet is a 409', async () => {
    const article = await blog.makeArticle();
    const tag = await blog.makeTag();
    for (const path of [`/api/v1/articles/${article.body.id}`, `/api/v1/tags/${tag.body.id}`]) {
      expect((await blog.ask('GET', `${path}?min_version=1`)).status).toBe(200);
      const { status, body } = await blog.ask('GET', `${path}?min_version=2`);
      expect([status, body.type, body.detail]).toEqual([409, 'urn:signpost:problem:older-version', 'it is version 1']);
      expect((await blog.ask('GET', `${path}?min_version=0`)).status).toBe(400);
      expect((await blog.ask('GET', `${path}?min_version=x`)).status).toBe(400);
    }
  });
});
