import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, startServer, subject, type Subject } from './subject.js';

const PASSWORD = 'a password for the admin';

/** A blog under measurement, over an SQLite database of its own. */
export interface BenchBlog {
  readonly http: Subject;
  readonly process: ChildProcess;
  /** What an admin sends: `Bearer ...`. */
  readonly authorization: string;
  /** Where its database is. */
  readonly file: string;
  /** Asks for JSON. @throws when the answer is none of 2xx */
  ask<T>(method: string, path: string, body?: object): Promise<T>;
  stop(): void;
}

/** Starts the built blog. @param settings besides those that keep it to itself */
export async function startBlog(name: string, settings: Record<string, string> = {}): Promise<BenchBlog> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const file = join(folder, 'blog.sqlite');
  const env = {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_BLOG_DATA_DIR: folder,
    SIGNPOST_DATABASE_URL: `sqlite:${file}`,
    SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
    SIGNPOST_DEBUG_PORT: '0',
    SIGNPOST_LIMITS_ENABLED: 'false',
    SIGNPOST_LOG_LEVEL: 'warn',
    ...settings,
  };
  const options = ['--expose-gc', '--import', pathOf('./memory-probe.js')];
  const { ready, child } = await startServer('../../apps/blog/src/main.js', env, [], options);
  const url = ready.endpoints['blog']!;
  const authorization = await logIn(url);
  return {
    ...{ process: child, authorization, file },
    http: subject(name, url, child),
    ask: (method, path, body) => ask(`${url}${path}`, method, authorization, body),
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function logIn(url: string): Promise<string> {
  const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  const { access_token } = await ask<{ access_token: string }>(`${url}/auth`, 'GET', basic);
  return `Bearer ${access_token}`;
}

async function ask<T>(url: string, method: string, authorization: string, body?: object): Promise<T> {
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}
