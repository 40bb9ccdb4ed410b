import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { basic, TestBlog } from './harness.js';

let blog: TestBlog;
beforeAll(async () => void (blog = await TestBlog.start()));
afterAll(() => blog.stop());

describe('start', () => {
  it('keeps keys and database to the owner, and the password nowhere', () => {
    const keys = readdirSync(join(blog.folder, 'keys'));
    expect(keys).toHaveLength(1);
    expect(statSync(join(blog.folder, 'keys')).mode & 0o777).toBe(0o700);
    expect(statSync(join(blog.folder, 'keys', keys[0]!)).mode & 0o777).toBe(0o600);
    expect(blog.password.length).toBeGreaterThanOrEqual(20);
    for (const suffix of ['', '-wal'])
      expect(readFileSync(`${blog.databaseFile}${suffix}`).includes(blog.password)).toBe(false);
  });

  it('makes the account once, and takes its password from the setting when there is one', async () => {
    const again = await blog.startAnother({ SIGNPOST_AUTH_ADMIN_PASSWORD: 'another one' });
    expect(again.account).toBeUndefined();
    await again.stop();
    expect((await blog.ask('GET', '/auth', basic('admin', 'another one'))).status).toBe(401);

    const fresh = { SIGNPOST_DATABASE_URL: `sqlite:${join(blog.folder, 'fresh.sqlite')}` };
    const other = await blog.startAnother({ ...fresh, SIGNPOST_AUTH_ADMIN_PASSWORD: 'from the setting' });
    expect(other.account).toBeUndefined();
    const answer = await fetch(`${other.endpoints['blog']}/auth`, { headers: basic('admin', 'from the setting') });
    expect(answer.status).toBe(200);
    await other.stop();
  });

  it('says in a sentence what is wrong with the database', async () => {
    const bad = join(blog.folder, 'bad.sqlite');
    writeFileSync(bad, 'this is no database, though it is a file that is long enough to have a header'.repeat(20));
    const start = blog.startAnother({ SIGNPOST_DATABASE_URL: `sqlite:${bad}` });
    await expect(start).rejects.toThrow(`the database ${bad} cannot be opened: file is not a database`);
  });

  it('says in a sentence which port is in use and what changes it', async () => {
    const start = blog.startAnother({ SIGNPOST_BLOG_HTTP_PORT: new URL(blog.url).port });
    await expect(start).rejects.toThrow(/^port \d+ is in use.*\[blog\] http_port.*SIGNPOST_BLOG_HTTP_PORT/);
  });

  it('is ready, and says what it is by', async () => {
    const { status, body } = await blog.ask('GET', '/readyz?verbose');
    expect([status, body]).toEqual([
      200,
      '[+]ping ok\n[+]shutdown ok\n[+]listener ok\n[+]database ok\n[+]cache ok\n[+]registry ok\n[+]disk ok\nreadyz check passed\n',
    ]);
  });
});

describe('a registry', () => {
  it('hears of each service once the port is open, and that it ends before the port closes, after a delay', async () => {
    const heard: string[] = [];
    let port = '';
    const registry = createServer((request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
        const { Name, Port } = JSON.parse(body || '{}') as { Name?: string; Port?: number };
        if (Port) port = String(Port);
        const answered = await fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status);
        const [, , , , action] = request.url!.split(/[/?]/);
        heard.push([action, Name, answered].filter((part) => part !== undefined).join(' '));
        response.end();
      })();
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const started = await blog.startAnother({
      SIGNPOST_BLOG_REGISTRY_URL: registryUrl,
      SIGNPOST_BLOG_SHUTDOWN_DELAY: '2s',
    });
    await eventually('both to register', 5_000, () => heard.length === 4);
    expect(heard.filter((call) => call.startsWith('register')).sort()).toEqual([
      'register blog 200',
      'register user 200',
    ]);
    const stopped = started.stop();
    await eventually('both to be taken out', 5_000, () => heard.length === 6);
    expect(heard.slice(4)).toEqual(['deregister 500', 'deregister 500']);
    const text = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
    expect(await text('/readyz')).toContain('[-]shutdown failed: reason withheld');
    expect(await text('/livez')).toBe('ok');
    let ended = false;
    void stopped.then(() => (ended = true));
    await eventually('the end of the delay', 5_000, async () => {
      await blog.clock.advance(2_000);
      return ended;
    });
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow('fetch failed');
    registry.close();
  });

  it('that is not there keeps nobody from reading', async () => {
    const started = await blog.startAnother({ SIGNPOST_BLOG_REGISTRY_URL: 'http://127.0.0.1:1' });
    expect((await fetch(`${started.endpoints['blog']}/api/v1/tags`)).status).toBe(200);
    await started.stop();
  });
});

describe('what was stored', () => {
  it('is there after a restart, and the tokens are still good', async () => {
    const article = await blog.makeArticle();
    const other = await blog.startAnother();
    const { url } = blog;
    try {
      blog.url = other.endpoints['blog']!;
      expect((await blog.ask('GET', `/api/v1/articles/${article.body.id}`)).body).toEqual(article.body);
      expect((await blog.makeTag()).status).toBe(201);
    } finally {
      blog.url = url;
      await other.stop();
    }
  });

  it('is read with a token alone, if reads are not public', async () => {
    const closed = await blog.startAnother({ SIGNPOST_AUTH_PUBLIC_READS: 'false' });
    const read = (headers: Record<string, string>) => fetch(`${closed.endpoints['blog']}/api/v1/articles`, { headers });
    expect([(await read({})).status, (await read(blog.as.bob)).status]).toEqual([401, 200]);
    await closed.stop();
  });
});
