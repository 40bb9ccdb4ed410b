// docs/tag-files.md and docs/blog-storage.md: their commands, run as they are printed.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';
import { shellPage } from './shell-page.js';

const BLOG = resolve('dist/apps/blog/src/main.js');
const DAY_SECONDS = 86_400;

const folder = tempFolder();
const file = join(folder.path, 'blog.sqlite');
const settings = {
  SIGNPOST_BLOG_HTTP_PORT: '0',
  SIGNPOST_BLOG_REGISTRY_URL: '',
  SIGNPOST_BLOG_DATA_DIR: folder.path,
  SIGNPOST_DATABASE_URL: `sqlite:${file}`,
  SIGNPOST_DEBUG_PORT: '0',
};
let blog: TestProgram;
beforeAll(() => void (blog = TestProgram.start('blog', settings)));
afterAll(async () => {
  await blog.end();
  folder.remove();
});

/** Runs the commands of a page in a folder of their own. Gives their output, and the statuses that there were and should be. */
async function run(page: string) {
  const { endpoints, account } = await blog.ready();
  const { script, expected } = shellPage(readFileSync(page, 'utf8'), {
    'http://127.0.0.1:8000': endpoints['blog']!,
    PASSWORD: account!.password,
    'signpost-blog purge': `${process.execPath} ${BLOG} purge`,
  });
  const statuses = join(folder.path, 'statuses');
  writeFileSync(statuses, '');
  const env = { ...process.env, ...settings, STATUSES: statuses };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env, cwd: folder.path });
  return { stdout, expected, statuses: readFileSync(statuses, 'utf8').split('\n').filter(Boolean) };
}

describe('docs/tag-files.md', () => {
  it('has commands that are answered as it says', async () => {
    const { stdout, expected, statuses } = await run('docs/tag-files.md');
    expect(statuses).toEqual(expected);
    expect(expected).toHaveLength(8);
    const printed = [...readFileSync('docs/tag-files.md', 'utf8').matchAll(/^```json\n([^]*?)^```$/gm)];
    for (const [, json] of printed) expect(stdout).toContain(JSON.stringify(JSON.parse(json!)));
    expect(readFileSync(join(folder.path, 'tags.csv'), 'utf8')).toMatch(
      /^id,name,.*\r\n1,go,1,admin,\d+,admin,\d+\r\n$/,
    );
    expect(readFileSync(join(folder.path, 'tags.xlsx')).toString('latin1', 0, 2)).toBe('PK');
  });
});

describe('docs/blog-storage.md', () => {
  it('has commands that remove what it says', async () => {
    await blog.ready();
    const database = new Sqlite(file);
    const deleted = Math.floor(Date.now() / 1_000) - 90 * DAY_SECONDS - 10;
    database
      .prepare("INSERT INTO blog_tag (name, deleted_on) VALUES ('old', ?), ('newer', ?)")
      .run(deleted, deleted + DAY_SECONDS);
    const { stdout } = await run('docs/blog-storage.md');
    const [dry, done] = stdout.split(/^(?=removed)/m);
    expect(untimed(dry!)).toMatch(/^would remove for good:\n {2}articles deleted until then: 0\n {2}tags .*: 1\n/);
    expect(untimed(done!)).toBe(untimed(dry!).replace('would remove', 'removed'));
    expect(database.prepare('SELECT name FROM blog_tag WHERE deleted_on > 0').pluck().all()).toEqual(['newer']);
    database.close();
  });
});

function untimed(report: string): string {
  return report.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, 'then');
}

describe('signpost-blog purge', () => {
  it.each<[string, string[], string]>([
    ['no age', [], 'give --older-than an age, such as 90d or 36h'],
    ['an age that is none', ['--older-than', '90'], 'give --older-than an age, such as 90d or 36h'],
    ['a word more', ['--older-than', '1d', 'all'], 'purge is called as: purge --older-than AGE [--dry-run]'],
    ['an option of another command', ['--older-than', '1d', '--role', 'admin'], "'--role'"],
  ])('says what is wrong with %s', async (_, args, message) => {
    const program = TestProgram.start('blog', settings, ['purge', ...args]);
    expect((await program.exit()).code).toBe(2);
    expect(program.stderr).toContain(message);
  });
});
