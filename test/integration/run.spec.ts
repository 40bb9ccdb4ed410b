// `make run`: both programs in the foreground, a banner whose lines work as printed, and one Ctrl-C.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, TestProgram, tempFolder } from '#libs/testing';
import { shell } from './commands.js';

const folder = tempFolder();
const started: TestProgram[] = [];

function settings(): Record<string, string> {
  return {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
    SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog', 'blog.sqlite')}`,
  };
}

async function start(env = settings()): Promise<{ program: TestProgram; lines: string[] }> {
  const program = TestProgram.start('signpost', env);
  started.push(program);
  await eventually('the banner', 20_000, () => /\n {2}curl \S+\/api\/v1\/articles\n/.test(program.stdout));
  return { program, lines: program.stdout.split('\n').filter((line) => line.startsWith('  ')) };
}

function line(lines: string[], start: RegExp): string {
  return lines.find((candidate) => start.test(candidate.trim()))!.trim();
}

afterEach(async () => {
  for (const program of started.splice(0)) await program.end();
});

describe('the banner', () => {
  it('has lines that work as printed, and a password that is shown once', async () => {
    const { program, lines } = await start();
    const address = await shell(line(lines, /^dig /));
    expect(address).toMatch(/^1 1 \d+ 7f000001\.addr\.dc1\.consul\.\n$/);
    const health = JSON.parse(await shell(line(lines, /^curl '/))) as unknown[];
    expect(health).toHaveLength(1);
    const { access_token: token } = JSON.parse(await shell(line(lines, /^curl -u/))) as { access_token: string };
    const tag = JSON.parse(await shell(line(lines, /^curl -H/), { TOKEN: token })) as { name: string };
    expect(tag.name).toBe('go');
    const articles = JSON.parse(await shell(line(lines, /^curl \S+\/articles$/))) as { items: unknown[] };
    expect(articles.items).toEqual([]);
    for (const url of line(lines, /^metrics /)
      .split(/\s+/)
      .slice(1))
      expect((await fetch(url)).status).toBe(200);
    expect(await program.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(program.output).not.toMatch(/\n\s+at |"stack"/);

    const again = await start();
    expect(again.lines.join('\n')).toContain('admin:PASSWORD');
    expect(again.program.stdout).not.toContain(line(lines, /^curl -u/).split(/[: ]/)[3]);
    expect(JSON.parse(await shell(line(again.lines, /^curl '/)))).toHaveLength(1);
  });
});

describe('a start that cannot be', () => {
  it.each([
    ['SIGNPOST_RESOLVER_HTTP_PORT', '[resolver] http_port'],
    ['SIGNPOST_RESOLVER_DNS_PORT', '[resolver] dns_port'],
    ['SIGNPOST_BLOG_HTTP_PORT', '[blog] http_port'],
  ])('names the port in use, the setting and %s', async (variable, setting) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    try {
      const program = TestProgram.start('signpost', { ...settings(), [variable]: String(port) });
      expect(await program.exit()).toEqual({ code: 1, signal: null });
      const told = program.stderr.split('\n').filter((text) => text.includes(String(port)));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(setting);
      expect(told[0]).toContain(variable);
      expect(program.stderr).not.toMatch(/\n\s+at |"stack"/);
    } finally {
      holder.close();
    }
  });
});

describe('a first start that fails', () => {
  it('makes no account whose password nobody would know', async () => {
    const fresh = tempFolder();
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const env = {
      SIGNPOST_BLOG_HTTP_PORT: String(port),
      SIGNPOST_BLOG_DATA_DIR: join(fresh.path, 'blog'),
      SIGNPOST_BLOG_REGISTRY_URL: '',
      SIGNPOST_DATABASE_URL: `sqlite:${join(fresh.path, 'blog', 'blog.sqlite')}`,
    };
    expect((await TestProgram.start('blog', env).exit()).code).toBe(1);
    await new Promise((resolve) => holder.close(resolve));
    const blog = TestProgram.start('blog', env);
    started.push(blog);
    expect((await blog.ready()).account).toMatchObject({ name: 'admin', password: expect.stringMatching(/^.{20}$/) });
  });

  it.each([
    ['resolver', 'SIGNPOST_RESOLVER_DATA_DIR'],
    ['blog', 'SIGNPOST_BLOG_DATA_DIR'],
  ])('of the %s names the setting when %s is a file', async (app, variable) => {
    const env = { ...settings(), SIGNPOST_BLOG_REGISTRY_URL: '', [variable]: 'package.json' };
    const program = TestProgram.start(app, env);
    expect((await program.exit()).code).toBe(1);
    expect(program.stderr).toMatch(new RegExp(`^signpost-${app}: .*${variable}\n$`));
  });
});

describe('a second start', () => {
  it('of a resolver that runs hears of the port', async () => {
    const { SIGNPOST_RESOLVER_DATA_DIR: data = '' } = settings();
    const env = { SIGNPOST_RESOLVER_DATA_DIR: data, SIGNPOST_RESOLVER_HTTP_PORT: '0', SIGNPOST_RESOLVER_DNS_PORT: '0' };
    const first = TestProgram.start('resolver', env);
    started.push(first);
    const port = (await first.ready()).endpoints['registry']!.split(':').at(-1)!;
    const second = TestProgram.start('resolver', { ...env, SIGNPOST_RESOLVER_HTTP_PORT: port });
    expect(await second.exit()).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(new RegExp(`^signpost-resolver: port ${port} is in use .*\n$`));
  });
});

describe('the command line', () => {
  it.each(['resolver', 'blog'])(
    'of the %s tells its usage, its version and what is wrong with the settings',
    async (app) => {
      const name = app === 'signpost' ? app : `signpost-${app}`;
      const run = async (args: string[], env = {}) => {
        const program = TestProgram.start(app, env, args);
        const { code } = await program.exit();
        return { code, stdout: program.stdout, stderr: program.stderr };
      };
      expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--check-config') });
      expect(await run(['--version'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^signpost(-\w+)? \d+\.\d+\.\d+\n$/),
      });
      expect(await run(['--check-config'])).toEqual({ code: 0, stdout: 'the configuration is valid\n', stderr: '' });
      expect(await run(['--confg', 'x'])).toMatchObject({ code: 2, stderr: expect.stringContaining("'--confg'") });
      const wrong = await run(['--check-config'], { SIGNPOST_LOG_LEVEL: 'loud', SIGNPOST_BLOG_HTTP_PROT: '1' });
      expect(wrong.code).toBe(1);
      expect(wrong.stderr.trim().split('\n')).toEqual([
        `${name}: SIGNPOST_BLOG_HTTP_PROT: no such setting; did you mean SIGNPOST_BLOG_HTTP_PORT?`,
        `${name}: SIGNPOST_LOG_LEVEL: [log] level is "loud", expected one of trace, debug, info, warn, error, silent`,
      ]);
    },
  );
});
