// What a blog counts, on both stores.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '#libs/observability';
import type { Started } from '#libs/supervisor';
import { parseExposition } from '../../../test/exposition.js';
import { startBlog } from '../src/blog.js';
import { STORES } from './databases.js';
import { basic, TestBlog } from './harness.js';

describe.each(STORES)('the metrics of a blog over %s', (store) => {
  const metrics = new Metrics('1.2.3');
  let blog: TestBlog;
  let counted: Started;
  beforeAll(async () => {
    blog = await TestBlog.start(store);
    const settings = blog.settings({ SIGNPOST_LIMITS_ENABLED: 'true', SIGNPOST_LIMITS_READ_RATE: '3/1m' });
    counted = await startBlog(settings, pino({ level: 'silent' }), { clock: blog.clock, metrics });
    blog.url = counted.endpoints['blog']!;
  });
  afterAll(async () => {
    await counted?.stop();
    await blog?.stop();
  });

  /** The samples of a metric, as `label=value,...: number`. */
  async function samples(name: string): Promise<string[]> {
    const family = parseExposition(await metrics.text()).get(name)!;
    return family.samples.map(({ labels, value }) =>
      [
        Object.entries(labels)
          .map((pair) => pair.join('='))
          .join(),
        value,
      ].join(': '),
    );
  }

  it('has requests by route', async () => {
    const tag = await blog.makeTag();
    await blog.ask('GET', `/api/v1/tags/${tag.body.id}`);
    await blog.ask('GET', '/api/v1/tags/999999');
    const requests = await samples('signpost_http_requests_total');
    for (const line of [
      'method=POST,route=/api/v1/tags,status=201: 1',
      'method=GET,route=/api/v1/tags/:id,status=200: 1',
      'method=GET,route=/api/v1/tags/:id,status=404: 1',
    ]) {
      expect(requests).toContain(line);
    }
    const durations = await samples('signpost_http_request_duration_seconds');
    expect(durations).toContain('method=GET,route=/api/v1/tags/:id,le=+Inf: 2');
    expect(Number((await samples('signpost_http_connections'))[0]!.split(' ')[1])).toBeGreaterThan(0);
  });

  it('has who could not have it', async () => {
    for (let i = 0; i < 3; i++) await blog.ask('GET', '/api/v1/tags');
    await blog.ask('GET', '/auth', basic('admin', blog.password));
    await blog.ask('POST', '/auth', {}, { username: 'admin', password: 'wrong-password' });
    await blog.ask('POST', '/auth', {}, {});
    expect(await samples('signpost_blog_rate_limited_total')).toEqual(['policy=read: 2']);
    expect((await samples('signpost_blog_logins_total')).sort()).toEqual([
      'result=failed: 1',
      'result=ok: 1',
      'result=wrong: 1',
    ]);
  });

  it('has what the database was asked', async () => {
    const count = async (operation: string) => {
      const lines = await samples('signpost_database_duration_seconds');
      return Number(lines.find((line) => line.startsWith(`operation=${operation},le=+Inf`))!.split(' ')[1]);
    };
    const before = [await count('read'), await count('write')];
    await blog.makeTag();
    const after = [await count('read'), await count('write')];
    expect(after[1]! - before[1]!).toBe(1);
    expect(await samples('signpost_database_failures_total')).toEqual(['operation=read: 0', 'operation=write: 0']);
    expect((await blog.ask('POST', '/api/v1/tags', blog.as.admin, { name: 'tag 1' })).status).toBe(409);
    expect(await samples('signpost_database_failures_total')).toEqual(['operation=read: 0', 'operation=write: 1']);
  });

  it('has its connections', async () => {
    expect(await samples('signpost_database_waiting')).toEqual(['operation=read: 0', 'operation=write: 0']);
    const connections = await samples('signpost_database_connections');
    expect(connections).toEqual([
      'operation=read,state=idle: 1',
      'operation=read,state=busy: 0',
      'operation=write,state=idle: 1',
      'operation=write,state=busy: 0',
    ]);
  });
});
