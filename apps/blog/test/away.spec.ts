// The database goes away while the blog runs: clear answers, and work again as soon as it is back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Mariadb, MARIADB_PASSWORD, type OwnMariadb } from '#libs/testing';
import { matching, TestBlog } from './harness.js';

const RECOVERY_MS = 5_000;

let mariadb: OwnMariadb;
let blog: TestBlog;
beforeAll(async () => {
  mariadb = await Mariadb.start();
  blog = await TestBlog.startOn(await mariadb.server.createDatabase());
});
afterAll(async () => {
  await blog.stop();
  await mariadb.stop();
});

describe('while the database is away', () => {
  it('all is a 503 that says so, and the probe does; all works again when it is back', async () => {
    const tag = await blog.makeTag();
    const path = `/api/v1/tags/${tag.body.id}`;
    await mariadb.kill();

    const answers = await Promise.all([
      blog.ask('GET', '/api/v1/tags'),
      blog.ask('GET', path),
      blog.ask('GET', '/api/v1/articles?q=system'),
      blog.makeTag({}, blog.as.admin),
      blog.makeTag({}, { ...blog.as.admin, 'idempotency-key': 'away' }),
      blog.ask('PUT', path, matching(tag, blog.as.admin), { name: 'x' }),
      blog.ask('DELETE', path, matching(tag, blog.as.admin)),
    ]);
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
        503,
        'application/problem+json; charset=utf-8',
        '1',
      ]);
      expect(body).toMatchObject({ type: 'urn:signpost:problem:unavailable', detail: 'the database does not answer' });
    }
    const ready = await blog.ask('GET', '/readyz');
    expect([ready.status, ready.body]).toEqual([500, expect.stringContaining('[-]database failed: reason withheld')]);
    expect((await blog.ask('GET', '/livez')).status).toBe(200);

    await mariadb.restart();
    await eventually('the blog to work again', RECOVERY_MS, async () => (await blog.makeTag()).status === 201);
    // A result is kept for a second.
    await eventually('it to be ready', 5_000, async () => (await blog.ask('GET', '/readyz')).status === 200);
    expect((await blog.ask('GET', path)).body).toEqual(tag.body);
    expect((await blog.makeTag({}, { ...blog.as.admin, 'idempotency-key': 'away' })).status).toBe(201);
  });

  it('the log has the cause, and neither a password nor what was sent', async () => {
    const failures = blog.logged.filter((line) => line.includes('request failed'));
    expect(failures.join()).toContain('ECONNREFUSED');
    for (const secret of [MARIADB_PASSWORD, encodeURIComponent(MARIADB_PASSWORD), blog.as.admin['authorization']!]) {
      expect(blog.logged.join()).not.toContain(secret);
    }
  });
});
