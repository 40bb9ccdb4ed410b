// The log of the built programs: its file, and what a signal does to it.
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';

const folder = tempFolder();
let program: TestProgram | undefined;
afterEach(() => program?.end());
afterAll(() => folder.remove());

function startBlog(file: string): TestProgram {
  program = TestProgram.start('blog', {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    SIGNPOST_LOG_FILE: file,
    SIGNPOST_LOG_LEVEL: 'debug',
  });
  return program;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

describe('[log] file', () => {
  it('takes the lines, and SIGUSR1 has them go to a new file of that name', async () => {
    const file = join(folder.path, 'log', 'blog.log');
    const blog = startBlog(file);
    const { endpoints } = await blog.ready();
    expect(read(file)).toContain('"msg":"serving"');
    expect(blog.stdout).toBe('');
    renameSync(file, `${file}.1`);
    blog.signal('SIGUSR1');
    await eventually('lines in the new file', 10_000, async () => {
      await fetch(`${endpoints['blog']}/api/v1/tags`, { headers: { 'x-request-id': 'later' } });
      return read(file).includes('"request_id":"later"');
    });
    expect(blog.output).not.toContain('Debugger');
  });

  it('that cannot be opened is told in a sentence', async () => {
    mkdirSync(join(folder.path, 'taken'), { recursive: true });
    const blog = startBlog(join(folder.path, 'taken'));
    expect((await blog.exit()).code).toBe(1);
    expect(blog.output).toMatch(/^signpost-blog: EISDIR: .*: see \[log\] file or SIGNPOST_LOG_FILE\n$/);
  });
});
