import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBlog } from './harness.js';

let blog: TestBlog;
beforeAll(async () => void (blog = await TestBlog.start()));
afterAll(() => blog.stop());

describe('the documentation', () => {
  it('is OpenAPI 3.1 of every route, with examples and the errors', async () => {
    const { body } = await blog.ask('GET', '/docs-json');
    expect(body.openapi).toBe('3.1.1');
    expect(Object.keys(body.paths)).toEqual([
      '/auth',
      '/auth/refresh',
      '/auth/logout',
      '/auth/password',
      '/.well-known/jwks.json',
      '/api/v1/tags',
      '/api/v1/tags/{id}',
      '/api/v1/tags/{id}/restore',
      '/api/v1/tags/export',
      '/api/v1/tags/import',
      '/api/v1/articles',
      '/api/v1/articles/{id}',
      '/api/v1/articles/{id}/restore',
      '/api/v1/images',
      '/images/{name}',
      '/api/v1/users',
      '/api/v1/users/{id}',
    ]);
    expect(body.paths['/api/v1/tags'].get.security).toContainEqual({});
    expect(body.paths['/api/v1/tags'].post.security).toEqual([{ token: [] }]);
    const create = body.paths['/api/v1/articles'].post;
    expect(Object.keys(create.responses).sort()).toEqual([
      ...['201', '400', '401', '406', '409', '413', '414', '415', '422', '429', '431', '503'],
    ]);
    expect(create.responses['422'].content['application/problem+json'].examples['unknown-tag'].value.code).toBe(10003);
    expect(body.components.schemas.ArticleInput).toMatchObject({
      required: ['tag_id', 'title', 'content'],
      additionalProperties: false,
      properties: { title: { maxLength: 100 }, tag_id: { type: 'integer', minimum: 1 }, state: { default: 1 } },
    });
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(body.components.schemas).toHaveProperty([name!]);
    }
    expect(text).not.toContain('$defs');
  });

  it('says of each operation in a few words what it does', async () => {
    const { body } = await blog.ask('GET', '/docs-json');
    const operations = Object.values<Record<string, { summary: string }>>(body.paths).flatMap(Object.values);
    for (const { summary } of operations) expect(summary).toMatch(/^[A-Z].{3,50}[^.]$/);
  });

  it('is shown by a page that loads nothing from elsewhere and runs nothing inline', async () => {
    const { status, headers, body } = await blog.ask('GET', '/docs');
    expect([status, headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("script-src 'self';"),
    ]);
    expect(body).not.toMatch(/(src|href)=['"]?(https?:)?\/\//);
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    const assets = [...body.matchAll(/(?:src|href)="\.(\/docs\/[^"]+)"/g)].map(([, path]) => path!);
    expect(assets.length).toBeGreaterThanOrEqual(5);
    for (const path of assets) expect((await blog.ask('GET', path)).status).toBe(200);
  });
});
