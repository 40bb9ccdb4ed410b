import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig, type Config } from '#libs/config';
import type { Started } from '#libs/supervisor';
import { eventually, FakeClock, Mariadb, tempFolder } from '#libs/testing';
import { Revocations } from '../src/auth/revocations.js';
import { startBlog } from '../src/blog.js';
import type { SqlValue } from '../src/database/database.js';
import { openDatabase } from '../src/database/open.js';
import { Accounts } from '../src/users/accounts.js';
import { Passwords } from '../src/users/passwords.js';
import type { Store } from './databases.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON when it is that, else text; whoever looks into it says what there should be. */
  readonly body: any; // oxlint-disable-line typescript/no-explicit-any
}

export type RequestHeaders = Readonly<Record<string, string>>;

/** A blog on a free port, with a database of its own, an admin and the authors ann and bob. */
export class TestBlog {
  /** The headers by which each user writes. */
  readonly as: Record<'admin' | 'ann' | 'bob', RequestHeaders> = { admin: {}, ann: {}, bob: {} };
  readonly clock = new FakeClock(Date.UTC(2026, 10, 23));
  url = '';
  /** The password of admin. */
  password = '';
  /** `[database] url` */
  databaseUrl = '';
  /** What it logged from level info on, a line each. */
  readonly logged: string[] = [];
  /** Settings that all of its processes have, besides those that every test has. */
  private more: Record<string, string> = {};
  private readonly temporary = tempFolder();
  private started: Started | undefined;
  private made = 0;

  static async start(store: Store = 'SQLite', more: Record<string, string> = {}): Promise<TestBlog> {
    return this.startOn(store === 'SQLite' ? undefined : await (await Mariadb.shared()).createDatabase(), more);
  }

  /** @param databaseUrl of an empty database; undefined for one of SQLite, in the blog's own folder */
  static async startOn(databaseUrl: string | undefined, more: Record<string, string> = {}): Promise<TestBlog> {
    const blog = new TestBlog();
    blog.more = more;
    blog.databaseUrl = databaseUrl ?? `sqlite:${blog.databaseFile}`;
    const started = await blog.startAnother();
    blog.started = started;
    blog.url = started.endpoints['blog']!;
    blog.password = started.account!.password;
    await blog.addAuthors('ann', 'bob');
    blog.as.admin = await blog.logIn('admin', blog.password);
    blog.as.ann = await blog.logIn('ann', 'ann-password');
    blog.as.bob = await blog.logIn('bob', 'bob-password');
    return blog;
  }

  /** Lets time pass until a sentence has been logged so often, by all processes together. */
  async told(sentence: string, times: number): Promise<void> {
    await eventually(sentence, 20_000, async () => {
      await this.clock.advance(50);
      return this.logged.filter((line) => line.includes(sentence)).length >= times;
    });
  }

  /** Lets the clock run until a request is answered. @returns the answer, and how many milliseconds of the clock it took */
  async timed<T>(request: Promise<T>): Promise<{ answer: T; ms: number }> {
    let [done, ms] = [false, 0];
    void request.finally(() => (done = true)).catch(() => {});
    // Redis is in another process and so is waited for in real time, each millisecond of the clock after a look at the sockets.
    for (; !done; ms += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (!done) await this.clock.advance(1);
    }
    return { answer: await request, ms };
  }

  get folder(): string {
    return this.temporary.path;
  }

  get databaseFile(): string {
    return join(this.folder, 'deep', 'blog.sqlite');
  }

  /** Reads the database past the blog. */
  async select<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const database = await openDatabase(this.databaseUrl);
    const rows = await database.select<Row>(sql, values);
    await database.close();
    return rows;
  }

  /** Changes the database past the blog, in one transaction. */
  async change(...statements: readonly string[]): Promise<void> {
    const database = await openDatabase(this.databaseUrl);
    await database.write(async (manager) => {
      for (const sql of statements) await manager.query(sql);
    });
    await database.close();
  }

  settings(more: Record<string, string> = {}): Config {
    return loadConfig({
      env: {
        SIGNPOST_BLOG_HTTP_PORT: '0',
        SIGNPOST_BLOG_REGISTRY_URL: '',
        SIGNPOST_BLOG_DATA_DIR: this.folder,
        SIGNPOST_DATABASE_URL: this.databaseUrl,
        // The clock stands still: what is spent would never come back.
        SIGNPOST_LIMITS_ENABLED: 'false',
        ...this.more,
        ...more,
      },
    });
  }

  /** Starts one more blog in the same folder and, unless `more` says otherwise, on the same database: the caller stops it. */
  startAnother(more: Record<string, string> = {}): Promise<Started> {
    const log = pino({ level: 'info' }, { write: (line: string) => void this.logged.push(line) });
    return startBlog(this.settings(more), log, { clock: this.clock });
  }

  /** Stops it, and leaves its database. */
  async halt(): Promise<void> {
    await this.started?.stop();
    this.started = undefined;
  }

  async stop(): Promise<void> {
    await this.halt();
    this.temporary.remove();
  }

  async ask(method: string, path: string, headers: RequestHeaders = {}, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Sends a form with files. */
  async sendForm(path: string, who: RequestHeaders, fields: Record<string, string | Blob>): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const response = await fetch(`${this.url}${path}`, { method: 'POST', headers: who, body: form });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  async logIn(username: string, password: string): Promise<RequestHeaders> {
    return bearer(await this.ask('POST', '/auth', {}, { username, password }));
  }

  /** A name that no tag has yet. */
  freshName(): string {
    this.made += 1;
    return `tag ${this.made}`;
  }

  async makeTag(fields: object = {}, who: RequestHeaders = this.as.admin): Promise<Answer> {
    return this.ask('POST', '/api/v1/tags', who, { name: this.freshName(), ...fields });
  }

  async makeArticle(fields: object = {}, who: RequestHeaders = this.as.admin): Promise<Answer> {
    const tag_id = 'tag_id' in fields ? fields.tag_id : (await this.makeTag()).body.id;
    return this.ask('POST', '/api/v1/articles', who, { tag_id, title: 'A title', content: 'Some text.', ...fields });
  }

  private async addAuthors(...names: string[]): Promise<void> {
    const database = await openDatabase(this.databaseUrl);
    const { clock } = this;
    const revocations = new Revocations({ database, clock });
    const accounts = new Accounts({ database, revocations, clock, passwords: new Passwords() });
    for (const username of names) {
      await accounts.add({ username, password: `${username}-password`, role: 'author', state: 1 });
    }
    await database.close();
  }
}

/** The header with the access token that `answer` gave. */
export function bearer({ body }: Answer): RequestHeaders {
  return { authorization: `Bearer ${body.access_token}` };
}

/** The header of HTTP Basic. */
export function basic(name: string, password: string): RequestHeaders {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

/** The headers of a change of what `answer` gave. */
export function matching(answer: Answer, who: RequestHeaders): RequestHeaders {
  return { ...who, 'if-match': answer.headers.get('etag')! };
}
