import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection, type Connection } from 'mysql2/promise';
import { eventually } from './eventually.js';
import { suspend } from './suspend.js';
import { tempFolder } from './temp-folder.js';

const START_MS = 30_000;
const USER = 'blog';
/** With characters that a URL has to escape, and easy to look for where it must not be. */
export const MARIADB_PASSWORD = 'p@ss/w:rd';

const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
/** MariaDB does not run as root unless it is told to. */
const AS_ROOT = process.getuid?.() === 0 ? ['--user=root'] : [];

/** A throw-away MariaDB server (Debian's) on a port of the loopback interface, with a user who may do everything. */
export class Mariadb {
  private constructor(readonly port: number) {}

  /**
   * The server that all test files of one run share. The first that asks starts it; it ends by itself soon after the run.
   * It is not durable: a test that is about that starts its own.
   */
  static async shared(): Promise<Mariadb> {
    // Test files run in processes whose parent is the run.
    const folder = join(tmpdir(), `signpost-mariadb-${process.ppid}`);
    const portFile = join(folder, 'port');
    if (tryMakeFolder(folder)) {
      const port = await freePort();
      await install(folder);
      spawnUntilOwnerEnds(folder, [...serverArguments(folder, port), ...NOT_DURABLE]);
      await eventually('MariaDB to start', START_MS, () => readFileSync(join(folder, 'log'), 'utf8').includes(READY));
      writeFileSync(`${portFile}.new`, String(port));
      renameSync(`${portFile}.new`, portFile);
    }
    await eventually('the shared MariaDB', START_MS, () => existsSync(portFile));
    return new Mariadb(Number(readFileSync(portFile, 'utf8')));
  }

  /** A server of the test's own, as durable as MariaDB is by default, which the test may kill, freeze and start again. */
  static async start(): Promise<OwnMariadb> {
    const folder = tempFolder();
    const port = await freePort();
    await install(folder.path);
    const start = () => spawnServer(serverArguments(folder.path, port));
    return new OwnMariadb(new Mariadb(port), start, await start(), folder.remove);
  }

  /** Makes an empty database. Gives its URL, for `[database] url`. */
  async createDatabase(): Promise<string> {
    const name = `blog_${randomBytes(6).toString('hex')}`;
    const connection = await this.connect();
    await connection.query(`CREATE DATABASE ${name}`);
    await connection.end();
    return this.url(name);
  }

  url(database: string): string {
    return `mysql://${USER}:${encodeURIComponent(MARIADB_PASSWORD)}@127.0.0.1:${this.port}/${database}`;
  }

  /** A connection for what a test does behind the blog's back. */
  connect(url = this.url('mysql')): Promise<Connection> {
    return createConnection({ uri: url, multipleStatements: true });
  }
}

/** A server that one test has for itself. */
export class OwnMariadb {
  constructor(
    readonly server: Mariadb,
    private readonly spawn: () => Promise<ChildProcess>,
    private child: ChildProcess,
    private readonly removeFolder: () => void,
  ) {}

  /** Ends it with SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** Starts it again on the same port and data. */
  async restart(): Promise<void> {
    this.child = await this.spawn();
  }

  /** Stops the process without ending it: connections stay open and nothing answers. */
  freeze(): void {
    suspend(this.child.pid!);
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    this.removeFolder();
  }
}

const READY = 'ready for connections';
const NOT_DURABLE = ['--innodb-flush-log-at-trx-commit=0', '--innodb-flush-method=nosync'];

function serverArguments(folder: string, port: number): string[] {
  return [
    '--no-defaults',
    ...AS_ROOT,
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${join(folder, 'init.sql')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--performance-schema=OFF',
    '--innodb-log-file-size=32M',
  ];
}

async function install(folder: string): Promise<void> {
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  const where = [`--datadir=${join(folder, 'data')}`, '--innodb-log-file-size=32M'];
  await promisify(execFile)('mariadb-install-db', ['--no-defaults', ...AS_ROOT, ...where, ...options], { env: ENV });
  writeFileSync(
    join(folder, 'init.sql'),
    `CREATE USER IF NOT EXISTS '${USER}'@'127.0.0.1' IDENTIFIED BY '${MARIADB_PASSWORD}';
GRANT ALL ON *.* TO '${USER}'@'127.0.0.1';
`,
  );
}

async function spawnServer(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('mariadbd', args, { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes(READY)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`MariaDB ended with ${code}:\n${output}`)));
  });
  return child;
}

/** Ends the server and removes its folder when the run has ended, however it did. */
const WATCHER = `owner=$1 folder=$2; shift 2
mariadbd "$@" & server=$!
while kill -0 $owner && kill -0 $server; do sleep 0.2; done 2>/dev/null
kill -9 $server 2>/dev/null; wait; rm -rf "$folder"`;

function spawnUntilOwnerEnds(folder: string, args: readonly string[]): void {
  const log = openSync(join(folder, 'log'), 'a');
  const watcher = spawn('sh', ['-c', WATCHER, 'sh', String(process.ppid), folder, ...args], {
    env: ENV,
    stdio: ['ignore', log, log],
    detached: true,
  });
  watcher.unref();
}

function tryMakeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
