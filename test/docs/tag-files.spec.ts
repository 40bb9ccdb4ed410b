// docs/tag-files.md and docs/blog-storage.md: their commands, run as they are printed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestProgram } from '#libs/testing';
import { PageBlog } from './blog-page.js';

const DAY_SECONDS = 86_400;

let blog: PageBlog;
beforeAll(() => void (blog = new PageBlog()));
afterAll(() => blog.stop());

describe('docs/tag-files.md', () => {
  it('has commands that are answered as it says', async () => {
    const { stdout, expected, statuses } = await blog.run('docs/tag-files.md');
    expect(statuses).toEqual(expected);
    expect(expected).toHaveLength(8);
    const printed = [...readFileSync('docs/tag-files.md', 'utf8').matchAll(/^```json\n([^]*?)^```$/gm)];
    for (const [, json] of printed) expect(stdout).toContain(JSON.stringify(JSON.parse(json!)));
    expect(readFileSync(join(blog.folder, 'tags.csv'), 'utf8')).toMatch(
      /^id,name,.*\r\n1,go,1,admin,\d+,admin,\d+\r\n$/,
    );
    expect(readFileSync(join(blog.folder, 'tags.xlsx')).toString('latin1', 0, 2)).toBe('PK');
  });
});

describe('docs/blog-storage.md', () => {
  it('has commands that remove what it says', async () => {
    await blog.ready();
    const database = new Sqlite(blog.file);
    const deleted = Math.floor(Date.now() / 1_000) - 90 * DAY_SECONDS - 10;
    database
      .prepare("INSERT INTO blog_tag (name, deleted_on) VALUES ('old', ?), ('newer', ?)")
      .run(deleted, deleted + DAY_SECONDS);
    const { stdout } = await blog.run('docs/blog-storage.md');
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
    const program = TestProgram.start('blog', blog.settings, ['purge', ...args]);
    expect((await program.exit()).code).toBe(2);
    expect(program.stderr).toContain(message);
  });
});
