// `signpost-blog user ...`: accounts from a terminal, beside a blog that runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';

const PASSWORD = 'correct horse battery';
const BLOG = 'dist/apps/blog/src/main.js';

const folder = tempFolder();
const file = join(folder.path, 'blog.sqlite');
const settings = {
  SIGNPOST_BLOG_HTTP_PORT: '0',
  SIGNPOST_BLOG_REGISTRY_URL: '',
  SIGNPOST_BLOG_DATA_DIR: folder.path,
  SIGNPOST_DATABASE_URL: `sqlite:${file}`,
  SIGNPOST_DEBUG_PORT: '0',
  SIGNPOST_LIMITS_ENABLED: 'false',
};
let blog: TestProgram;
let url: string;

beforeAll(async () => {
  blog = TestProgram.start('blog', settings);
  url = (await blog.ready()).endpoints['blog']!;
});
afterAll(async () => {
  await blog.end();
  folder.remove();
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `signpost-blog user ...` with `input` on its standard input. */
async function user(args: string[], input = ''): Promise<Result> {
  const child = spawn(process.execPath, [BLOG, 'user', ...args], { env: { ...process.env, ...settings } });
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect) as [() => string, () => string];
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

function add(name: string, ...more: string[]): Promise<Result> {
  return user(['add', name, '--password-stdin', ...more], `${PASSWORD}\n`);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}

async function logIn(name: string, password = PASSWORD): Promise<{ status: number; token: string }> {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const answer = await fetch(`${url}/auth`, { headers: { authorization } });
  const { access_token = '' } = (await answer.json()) as { access_token?: string };
  return { status: answer.status, token: access_token };
}

async function readStatus(token: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/tags`, { headers: { authorization: `Bearer ${token}` } });
  await answer.body?.cancel();
  return answer.status;
}

describe('user add', () => {
  it('adds accounts to a blog that runs', async () => {
    expect(await add('ann')).toEqual({ code: 0, stdout: 'ann is added, as author\n', stderr: '' });
    expect((await add('root', '--role', 'admin')).stdout).toBe('root is added, as admin\n');
    expect([(await logIn('ann')).status, (await logIn('root')).status]).toEqual([200, 200]);
    const { token } = await logIn('root');
    const answer = await fetch(`${url}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it('reads the password from a file, without its last line break', async () => {
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, `${PASSWORD}\r\n`);
    expect((await user(['add', 'from-file', '--password-file', passwordFile])).code).toBe(0);
    expect((await logIn('from-file')).status).toBe(200);
  });

  it.each<[string, string[], string, number, string]>([
    ['a name that is taken', ['add', 'admin', '--password-stdin'], PASSWORD, 1, 'there is an account admin already'],
    ['no password', ['add', 'x'], '', 2, 'give --password-file or --password-stdin'],
    ['a password as an argument', ['add', 'x', '--password', PASSWORD], '', 2, "'--password'"],
    ['an option of another command', ['disable', 'x', '--role', 'admin'], '', 2, "'--role'"],
    ['an unknown command', ['remove', 'x'], '', 2, 'there is no command "user remove x"'],
  ])('and its like say in a sentence what is wrong with %s', async (_, args, input, code, message) => {
    const result = await user(args, input);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(result.stderr).toMatch(/^signpost-blog: /);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect((await logIn('x')).status).toBe(401);
  });

  it('waits for a blog that is writing, and says so when that takes too long', async () => {
    const writer = new Sqlite(file);
    writer.exec('BEGIN IMMEDIATE');
    const refused = await add('patient');
    expect(refused).toMatchObject({
      code: 1,
      stderr: 'signpost-blog: the database says: SqliteError: database is locked\n',
    });
    const waiting = add('patient');
    setTimeout(() => writer.exec('COMMIT'), 1_000);
    expect((await waiting).code).toBe(0);
    writer.close();
  });
});

describe('user passwd', () => {
  it('changes a password, and ends the sessions of the account within a second', async () => {
    await add('bob');
    const { token } = await logIn('bob');
    expect(await readStatus(token)).toBe(200);
    const changed = await user(['passwd', 'bob', '--password-stdin'], 'another horse battery');
    expect(changed).toEqual({ code: 0, stdout: 'bob has a new password, and no session\n', stderr: '' });
    await eventually('the token to end', 3_000, async () => (await readStatus(token)) === 401);
    expect([(await logIn('bob')).status, (await logIn('bob', 'another horse battery')).status]).toEqual([401, 200]);
  });
});

describe('user disable and user enable', () => {
  it('end the sessions of an account within a second, and let it in again', async () => {
    await add('carl');
    const { token } = await logIn('carl');
    expect(await readStatus(token)).toBe(200);
    expect((await user(['disable', 'carl'])).stdout).toBe('carl is disabled\n');
    await eventually('the token to end', 3_000, async () => (await readStatus(token)) === 401);
    expect((await logIn('carl')).status).toBe(401);
    expect((await user(['enable', 'carl'])).stdout).toBe('carl is enabled\n');
    expect((await logIn('carl')).status).toBe(200);
  });

  it('leave an admin', async () => {
    const database = new Sqlite(file, { readonly: true });
    const admins = database.prepare("SELECT username FROM blog_auth WHERE role = 'admin'").pluck().all() as string[];
    database.close();
    const results = [];
    for (const name of admins) results.push(await user(['disable', name]));
    expect(results.at(-1)).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'signpost-blog: Nobody would be left to look after the accounts.\n',
    });
  });
});

describe('user list', () => {
  it('shows the accounts in columns', async () => {
    await add('list-me');
    const { code, stdout } = await user(['list']);
    expect(code).toBe(0);
    const [head, first, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^NAME +ROLE +STATE +SINCE$/);
    expect(first).toMatch(/^admin +admin +\w+ +\d{4}-\d\d-\d\d$/);
    expect(rest.join('\n')).toMatch(/^list-me +author +enabled +\d{4}-\d\d-\d\d$/m);
    expect(stdout).not.toContain('argon2');
  });
});

describe('a terminal', () => {
  /** Types `keys`, each when its question was asked, at a terminal of its own. */
  async function type(args: string, keys: readonly (readonly [question: string, typed: string])[]) {
    const command = `${process.execPath} ${BLOG} user ${args}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...settings } });
    const shown = collect(child.stdout);
    for (const [question, typed] of keys) {
      await eventually(question, 10_000, () => shown().endsWith(question));
      child.stdin.write(typed);
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, shown: shown().replaceAll('\r', '') };
  }

  it('is asked for the password twice, and shows nothing of it', async () => {
    const { code, shown } = await type('add typed', [
      ['Password: ', `${PASSWORD}\r`],
      ['Once more: ', `${PASSWORD}\r`],
    ]);
    expect([code, shown]).toEqual([0, 'Password: \nOnce more: \ntyped is added, as author\n']);
    expect((await logIn('typed')).status).toBe(200);
  });

  it.each<[string, [string, string][], string]>([
    [
      'two passwords that differ',
      [
        ['Password: ', `${PASSWORD}\r`],
        ['Once more: ', 'other\r'],
      ],
      'the two are not the same',
    ],
    ['Ctrl-C', [['Password: ', 'abc\x03']], 'no password was given'],
    ['Ctrl-D', [['Password: ', '\x04']], 'no password was given'],
  ])('changes nothing after %s', async (_, keys, message) => {
    const { code, shown } = await type('add never', keys);
    expect([code, shown.split('\n').at(-2)]).toEqual([1, `signpost-blog: ${message}`]);
    expect((await logIn('never')).status).toBe(401);
  });
});

describe('--help', () => {
  it.each([[['--help']], [['user', '--help']], [['user', 'add', '-h']]])('lists the commands: %j', async (args) => {
    const program = TestProgram.start('blog', {}, args);
    expect((await program.exit()).code).toBe(0);
    for (const name of ['add NAME', 'passwd NAME', 'list', 'disable NAME', 'enable NAME']) {
      expect(program.stdout).toContain(`signpost-blog user ${name}`);
    }
  });
});
