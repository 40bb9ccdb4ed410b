import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder, TestProgram } from '#libs/testing';
import { shellPage } from './shell-page.js';

const BLOG = join(import.meta.dirname, '../../dist/apps/blog/src/main.js');

/** What the commands of a page printed, and the statuses that their `curl` had and should have, in order. */
export interface PageRun {
  readonly stdout: string;
  readonly statuses: readonly string[];
  readonly expected: readonly string[];
}

/** The built blog with a folder and a database of its own, for pages whose commands are run as they are printed. */
export class PageBlog {
  readonly #temporary = tempFolder();
  readonly folder = this.#temporary.path;
  /** Its database. */
  readonly file = join(this.folder, 'blog.sqlite');
  readonly settings = {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_BLOG_DATA_DIR: this.folder,
    SIGNPOST_DATABASE_URL: `sqlite:${this.file}`,
    SIGNPOST_DEBUG_PORT: '0',
  };
  readonly #program = TestProgram.start('blog', this.settings);

  /** Runs the commands of a page in the blog's folder, with its address and password in the place of those on the page. */
  async run(page: string): Promise<PageRun> {
    const { endpoints, account } = await this.#program.ready();
    const { script, expected } = shellPage(readFileSync(page, 'utf8'), {
      'http://127.0.0.1:8000': endpoints['blog']!,
      PASSWORD: account!.password,
      'signpost-blog ': `${process.execPath} ${BLOG} `,
    });
    const file = join(this.folder, 'statuses');
    writeFileSync(file, '');
    const env = { ...process.env, ...this.settings, STATUSES: file };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env, cwd: this.folder });
    return { stdout, expected, statuses: readFileSync(file, 'utf8').split('\n').filter(Boolean) };
  }

  async ready(): Promise<void> {
    await this.#program.ready();
  }

  async stop(): Promise<void> {
    await this.#program.end();
    this.#temporary.remove();
  }
}
