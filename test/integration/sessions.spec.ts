// Two blogs over one database and one folder of keys: what one of them ends, the other takes no more.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';

const PASSWORD = 'correct horse battery';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const folder = tempFolder();
const blogs: TestProgram[] = [];
let urls: string[];

beforeAll(async () => {
  const env = {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_BLOG_DATA_DIR: folder.path,
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
    SIGNPOST_DEBUG_PORT: '0',
  };
  urls = [];
  // One after the other: the first makes the tables.
  for (let n = 0; n < 2; n += 1) {
    const blog = TestProgram.start('blog', env);
    blogs.push(blog);
    urls.push((await blog.ready()).endpoints['blog']!);
  }
});
afterAll(async () => {
  for (const blog of blogs) await blog.end();
  folder.remove();
});

async function logIn(url: string): Promise<Tokens> {
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  return (await (await fetch(`${url}/auth`, { headers: { authorization } })).json()) as Tokens;
}

async function refresh(url: string, refresh_token: string): Promise<{ status: number; tokens: Tokens }> {
  const answer = await fetch(`${url}/auth/refresh`, { method: 'POST', body: new URLSearchParams({ refresh_token }) });
  return { status: answer.status, tokens: (await answer.json()) as Tokens };
}

async function readStatus(url: string, { access_token }: Tokens): Promise<number> {
  const answer = await fetch(`${url}/api/v1/tags`, { headers: { authorization: `Bearer ${access_token}` } });
  await answer.body?.cancel();
  return answer.status;
}

describe('two blogs over one database', () => {
  it('take the tokens of each other', async () => {
    const tokens = await logIn(urls[0]!);
    expect(await Promise.all(urls.map((url) => readStatus(url, tokens)))).toEqual([200, 200]);
    const next = await refresh(urls[1]!, tokens.refresh_token);
    expect(await Promise.all(urls.map((url) => readStatus(url, next.tokens)))).toEqual([200, 200]);
  });

  it('give one successor to a refresh token that both get 25 times at once', async () => {
    const { refresh_token } = await logIn(urls[0]!);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => refresh(urls[n % 2]!, refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ tokens }) => tokens.refresh_token)).size).toBe(1);
    expect((await refresh(urls[1]!, answers[0]!.tokens.refresh_token)).status).toBe(200);
  });

  it('end a session together', async () => {
    const tokens = await logIn(urls[0]!);
    expect(await readStatus(urls[1]!, tokens)).toBe(200);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${urls[0]}/auth/logout`, { method: 'POST', headers })).status).toBe(204);
    expect(await readStatus(urls[0]!, tokens)).toBe(401);
    await eventually('the other to know', 3_000, async () => (await readStatus(urls[1]!, tokens)) === 401);
    expect((await refresh(urls[1]!, tokens.refresh_token)).status).toBe(401);
  });
});
