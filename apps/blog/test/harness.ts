import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig, type Config } from '#libs/config';
import type { Started } from '#libs/supervisor';
import { FakeClock, Mariadb, tempFolder } from '#libs/testing';
import { startBlog } from '../src/blog.js';
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
  private readonly temporary = tempFolder();
  private started: Started | undefined;
  private made = 0;

  static async start(store: Store = 'SQLite'): Promise<TestBlog> {
    return this.startOn(store === 'SQLite' ? undefined : await (await Mariadb.shared()).createDatabase());
  }

  /** @param databaseUrl of an empty database; undefined for one of SQLite, in the blog's own folder */
  static async startOn(databaseUrl: string | undefined): Promise<TestBlog> {
    const blog = new TestBlog();
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

  get folder(): string {
    return this.temporary.path;
  }

  get databaseFile(): string {
    return join(this.folder, 'deep', 'blog.sqlite');
  }

  settings(more: Record<string, string> = {}): Config {
    return loadConfig({
      env: {
        SIGNPOST_BLOG_HTTP_PORT: '0',
        SIGNPOST_BLOG_REGISTRY_URL: '',
        SIGNPOST_BLOG_DATA_DIR: this.folder,
        SIGNPOST_DATABASE_URL: this.databaseUrl,
        ...more,
      },
    });
  }

  /** Starts one more blog in the same folder and, unless `more` says otherwise, on the same database: the caller stops it. */
  startAnother(more: Record<string, string> = {}): Promise<Started> {
    const log = pino({ level: 'info' }, { write: (line: string) => void this.logged.push(line) });
    return startBlog(this.settings(more), log, this.clock);
  }

  async stop(): Promise<void> {
    await this.started?.stop();
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

  async logIn(username: string, password: string): Promise<RequestHeaders> {
    const { body } = await this.ask('POST', '/auth', {}, { username, password });
    return { authorization: `Bearer ${body.access_token}` };
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
    const accounts = new Accounts({ database, clock: this.clock, passwords: new Passwords() });
    for (const name of names) await accounts.add(name, `${name}-password`, 'author');
    await database.close();
  }
}

/** The header of HTTP Basic. */
export function basic(name: string, password: string): RequestHeaders {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

/** The headers of a change of what `answer` gave. */
export function matching(answer: Answer, who: RequestHeaders): RequestHeaders {
  return { ...who, 'if-match': answer.headers.get('etag')! };
}
