import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, subject, type Subject } from '../subject.js';

const PASSWORD = 'bench-password';

/** A blog under measurement. */
export interface BenchBlog {
  readonly http: Subject;
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** Lets an admin in: the value of the header `Authorization`. */
  readonly token: string;
  stop(): void;
}

/**
 * The built blog, without limits of rates and without a registry, in a folder of its own.
 *
 * @param more settings as the environment has them
 */
export async function startBlog(more: Record<string, string> = {}): Promise<BenchBlog> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const env = {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_DATA_DIR: folder,
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder, 'blog.sqlite')}`,
    SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
    SIGNPOST_LIMITS_ENABLED: 'false',
    SIGNPOST_DEBUG_PORT: '0',
    SIGNPOST_LOG_LEVEL: 'warn',
    ...more,
  };
  const { ready, child } = await startServer('../../apps/blog/src/main.js', env);
  const url = ready.endpoints['blog']!;
  return {
    http: subject('blog', url, child),
    url,
    token: await logIn(url),
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function logIn(url: string): Promise<string> {
  const answer = await postJson(`${url}/auth`, { username: 'admin', password: PASSWORD });
  return `Bearer ${(answer as { access_token: string }).access_token}`;
}

/** Posts JSON and reads the answer. @throws Error when it is no success */
export async function postJson(url: string, body: unknown, authorization?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
