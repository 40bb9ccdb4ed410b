// The log of the built programs: its file, and what a signal does to it.
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';

/** Workers start within this, on a busy machine as well; in milliseconds. */
const SOON = 60_000;
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

describe('/log/level', () => {
  /** What is logged at `debug`, by the process that did. */
  const debugPids = ({ stdout }: TestProgram) =>
    new Set([...stdout.matchAll(/"level":20,.*?"pid":(\d+)/g)].map(([, pid]) => Number(pid)));
  const suspended = ({ stdout }: TestProgram) => stdout.split('not suspended').length - 1;

  it('is that of all workers, of those that start later, and of the primary, until a reload', async () => {
    program = TestProgram.start('resolver', {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_WORKERS: '2',
      SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
      SIGNPOST_DEBUG_RESOLVER_PORT: '0',
      SIGNPOST_LOG_LEVEL: 'error',
    });
    const resolver = program;
    const { endpoints } = await resolver.ready();
    /** On a connection of its own, which whichever worker is quickest takes. */
    const ask = async (url: string, init: RequestInit = {}) =>
      (await fetch(url, { ...init, headers: { connection: 'close' } })).text();
    const level = (init?: RequestInit) => ask(`${endpoints['debug']}/log/level`, init);
    const setLevel = async (body: string) => expect(await level({ method: 'PUT', body })).toBe(`${body}\n`);
    /** Asks on new connections until each of the workers has logged a request. */
    const allSpeak = () =>
      eventually('lines of all workers', SOON, async () => {
        await ask(`${endpoints['registry']}/v1/status/leader`);
        const speaking = debugPids(resolver);
        return resolver.workers.length === 2 && resolver.workers.every((pid) => speaking.has(pid));
      });
    resolver.signal('SIGTSTP');
    await setLevel('debug');
    await allSpeak();
    expect(suspended(resolver)).toBe(0);
    resolver.signal('SIGTSTP');
    await eventually('the line of the primary', 5_000, () => suspended(resolver) === 1);
    const [victim] = resolver.workers;
    process.kill(victim!, 'SIGKILL');
    await eventually(
      'another worker',
      SOON,
      () => resolver.workers.length === 2 && !resolver.workers.includes(victim!),
    );
    await allSpeak();
    const present = new Set(resolver.workers);
    resolver.signal('SIGHUP');
    await eventually(
      'new workers',
      SOON,
      () => resolver.workers.length === 2 && !resolver.workers.some((pid) => present.has(pid)),
    );
    for (let n = 0; n < 20; n++) expect(await level()).toBe('error\n');
    resolver.signal('SIGTSTP');
    await setLevel('warn');
    resolver.signal('SIGTSTP');
    await eventually('the second line of the primary', 5_000, () => suspended(resolver) === 2);
  }, 240_000);
});

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
