// New workers in the place of the present ones, at SIGHUP or `reload`: what they take on, and what becomes of those that fail.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { BuildCopy } from '../build-copy.js';
import { dig, shell } from './commands.js';

const SOON = 15_000;
const PROGRAM = 'dist/apps/resolver/src/program.js';
const ENTRY = 'export function run() {';

describe('a resolver that is reloaded', { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof tempFolder>;
  let build: BuildCopy;
  let file: string;
  let resolver: TestProgram;
  let registry: string;
  let dns: string;

  /** Writes the configuration. @param lines of [resolver] */
  function write(lines: readonly string[] = []): void {
    const own = [`data_dir = ${join(folder.path, 'data')}`, 'http_port = 0', ...lines];
    if (!lines.some((line) => line.startsWith('dns_port'))) own.push('dns_port = 0');
    if (!lines.some((line) => line.startsWith('node_name'))) own.push('node_name = node1');
    writeFileSync(file, ['[resolver]', ...own, '[supervisor]', 'ready_timeout = 8s', ''].join('\n'));
  }

  async function start(lines: readonly string[] = []): Promise<void> {
    write(lines);
    resolver = TestProgram.start('resolver', {}, ['--config', file], build.root);
    const { endpoints } = await resolver.ready();
    registry = endpoints['registry']!;
    dns = endpoints['dns']!;
  }
  beforeEach(() => {
    folder = tempFolder();
    file = join(folder.path, 'app.ini');
    build = new BuildCopy();
  });
  afterEach(async () => {
    await resolver.end();
    build.remove();
    folder.remove();
  });

  /** `signpost-resolver reload` */
  async function reload(): Promise<{ code: number; stdout: string; stderr: string }> {
    const args = [join(build.root, 'dist/apps/resolver/src/main.js'), 'reload', '--config', file];
    const run = promisify(execFile)(process.execPath, args);
    return run.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  }

  const workers = () => resolver.workers;

  async function isServed(): Promise<void> {
    expect((await fetch(`${registry}/readyz`)).status).toBe(200);
    expect((await dig(dns, 'node1.node.consul', 'A')).join()).toContain('NOERROR');
  }

  const logged = (message: string) => resolver.output.split('\n').filter((line) => line.includes(message));

  it('answers by its new version on the same ports, from the same process', async () => {
    await start();
    const [before] = workers();
    build.edit('dist/apps/resolver/src/consul/status.controller.js', 'reply, this.address()', "reply, 'edited'");
    expect(await reload()).toEqual({ code: 0, stdout: `reloaded: ${resolver.pid}\n`, stderr: '' });
    await eventually('the old worker to go', SOON, () => workers().length === 1);
    expect(workers()).not.toEqual([before]);
    expect(await (await fetch(`${registry}/v1/status/leader`)).json()).toBe('edited');
    await isServed();
  });

  it.each([
    ['does not load', 'throw new Error("broken build"); export function run() {', 'ended before it served (exit 1)'],
    ['ends soon', 'setTimeout(() => process.exit(7), 300); export function run() {', 'exit 7'],
    ['never gets ready', 'export function run() { return setTimeout(() => {}, 1e6);', 'not ready within 8000 ms'],
  ])('keeps its workers when a new one %s, and says why', async (_, code, reason) => {
    await start();
    const before = workers();
    build.edit(PROGRAM, ENTRY, code);
    const { code: exit, stderr } = await reload();
    expect(exit).toBe(1);
    expect(stderr).toContain(reason);
    expect(resolver.output).toContain(reason);
    expect(logged('not reloaded: all settings stay as they were')).toHaveLength(1);
    await eventually('the new worker to go', SOON, () => workers().join() === before.join());
    await isServed();
    build.restore();
    expect((await reload()).code).toBe(0);
    await isServed();
  });

  it('takes on names and ports as well, and closes the ports that it had', async () => {
    const port = await freePort();
    await start();
    write(['node_name = node2', `dns_port = ${port}`]);
    expect((await reload()).code).toBe(0);
    expect((await dig(`127.0.0.1:${port}`, 'node2.node.consul', 'A')).join()).toContain('NOERROR');
    await eventually('the old port to close', SOON, () =>
      dig(dns, 'consul', 'SOA').then(
        () => false,
        () => true,
      ),
    );
  });

  it('replaces a worker that is killed, and what comes meanwhile waits', async () => {
    await start();
    const [victim] = workers();
    process.kill(victim!, 'SIGKILL');
    await eventually('the worker to go', SOON, () => !workers().includes(victim!));
    // Nobody serves at this moment; the sockets are open.
    const answers = [fetch(`${registry}/readyz`), dig(dns, '+time=20', 'node1.node.consul', 'A')] as const;
    expect((await answers[0]).status).toBe(200);
    expect((await answers[1]).join()).toContain('NOERROR');
    expect(logged('a worker ended by itself: it is replaced')).toHaveLength(1);
  });

  it('leaves none that was starting in the place of another when a reload began', async () => {
    await start();
    const [victim] = workers();
    process.kill(victim!, 'SIGKILL');
    await eventually('another worker', SOON, () => workers().length === 1 && workers()[0] !== victim);
    const [replacement] = workers();
    expect((await reload()).code).toBe(0);
    await eventually('the other worker to go', SOON, () => workers().length === 1);
    expect(workers()).not.toEqual([replacement]);
    await isServed();
  });

  it('serves with as many workers as it is told', async () => {
    await start(['workers = 3']);
    const before = workers();
    expect(before).toHaveLength(3);
    expect((await reload()).code).toBe(0);
    await eventually('the old workers to go', SOON, () => workers().length === 3);
    expect(workers().filter((pid) => before.includes(pid))).toEqual([]);
    await isServed();
  });

  it('ends workers that were replaced when it is told to, however long they would wait for their clients', async () => {
    await start();
    const [old] = workers();
    const idle = connect(Number(new URL(registry).port), '127.0.0.1');
    idle.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    expect((await reload()).code).toBe(0);
    expect(workers()).toContain(old);
    resolver.signal('SIGUSR2');
    await eventually('the old worker to go', SOON, () => !workers().includes(old!));
    await isServed();
    idle.destroy();
  });

  it('goes on at signals that would suspend it or open a debugger, and stops in order at SIGQUIT', async () => {
    await start();
    resolver.signal('SIGTSTP');
    resolver.signal('SIGUSR1');
    resolver.signal('SIGUSR2');
    await eventually('a line about it', SOON, () => logged('not suspended').length === 1);
    await isServed();
    expect(workers()).toHaveLength(1);
    expect(resolver.output).not.toContain('Debugger');
    expect(await resolver.end('SIGQUIT')).toEqual({ code: 0, signal: null });
    expect(logged('"stopped"')).toHaveLength(1);
  });

  it('leaves no worker behind when it is killed', async () => {
    await start(['workers = 2']);
    const all = workers();
    await resolver.end('SIGKILL');
    const left = () => readdirSync('/proc').filter((pid) => all.includes(Number(pid)));
    await eventually('the workers to go', SOON, () => left().length === 0);
    expect(left()).toEqual([]);
  });
});

describe('README.md', { timeout: 60_000 }, () => {
  it('shows commands that put a new version in the place of the old one', async () => {
    const section = /## Take on a new version[^]*?(?=\n## )/.exec(readFileSync('README.md', 'utf8'))![0];
    const [edit, ask, look, ...rest] = [...section.matchAll(/^ {4}\$ (.*)$/gm)].map(([, command]) => command!);
    expect(rest).toEqual([]);
    const [build, folder] = [new BuildCopy(), tempFolder()];
    const env = {
      SIGNPOST_BLOG_HTTP_PORT: '0',
      SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
      SIGNPOST_BLOG_REGISTRY_URL: '',
      SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    };
    const blog = TestProgram.start('blog', env, [], build.root);
    const url = (await blog.ready()).endpoints['blog']!;
    await shell(`cd ${build.root} && ${edit}`);
    const program = `${process.execPath} ${join(build.root, 'dist/apps/blog/src/main.js')}`;
    const told = await shell(ask!.replace('signpost-blog', program), env);
    expect(section.replace('4711', String(blog.pid))).toContain(`    ${told}`);
    const answer = await shell(`${look!.replace('http://127.0.0.1:8000', url)} --silent --show-error`);
    const [, shown] = /^ {4}(\{.*)$/m.exec(section)!;
    expect(JSON.parse(answer)).toEqual(JSON.parse(shown!));
    await blog.end();
    build.remove();
    folder.remove();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
