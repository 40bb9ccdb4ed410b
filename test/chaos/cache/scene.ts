import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, tempFolder, TestRedis, type Mariadb } from '#libs/testing';
import type { Design } from './designs.js';
import { ask, read, readList, readOwn, write, type Load } from './load.js';
import { Oracle, type Findings } from './oracle.js';
import { BlogProcess } from './processes.js';
import { TROUBLES, type TroubleName } from './trouble.js';

export interface SceneOptions {
  readonly design: Design;
  readonly mariadb: Mariadb;
  readonly processes: number;
  readonly rows: number;
}

/** After so much quiet, far below any time to live, nothing may be old. */
const SETTLE_MS = 3_000;
const WRITERS = 3;
const READERS_EACH = 3;
/** Requests at a time where it is about their number alone. */
const AT_ONCE = 16;
const PASSWORD = 'a password for the admin';
/** The same in all processes, so that each takes the tokens of all. */
const SECRET = 'a secret of thirty-two characters';

/** Blogs of one design over one database, and the rows that their clients read and write. */
export class Scene {
  private constructor(
    private readonly options: SceneOptions,
    private readonly processes: readonly BlogProcess[],
    private readonly redis: TestRedis,
    private readonly databaseUrl: string,
    private readonly folder: ReturnType<typeof tempFolder>,
    private readonly authorization: string,
    private readonly ids: readonly number[],
  ) {}

  static async open(options: SceneOptions): Promise<Scene> {
    const [folder, redis] = [tempFolder(), await TestRedis.start()];
    const url = await options.mariadb.createDatabase();
    const settings = settingsOf(folder.path, url, redis.url);
    const processes = Array.from({ length: options.processes }, () => new BlogProcess(options.design, settings));
    await processes[0]!.start();
    await Promise.all(processes.slice(1).map((process) => process.start()));
    const authorization = await logIn(processes[0]!);
    const ids = await makeRows(processes[0]!, authorization, options.rows);
    return new Scene(options, processes, redis, url, folder, authorization, ids);
  }

  /** Puts it under load while one thing after the other goes wrong, each for `ms` milliseconds, and gives what was seen. */
  async run(troubles: readonly TroubleName[], ms: number): Promise<Findings> {
    const { processes, redis, ids, authorization, databaseUrl } = this;
    const end = new AbortController();
    const oracle = new Oracle();
    const load: Load = { processes, ids, oracle, authorization, signal: end.signal };
    const clients = [
      ...Array.from({ length: WRITERS }, () => write(load)),
      ...processes.flatMap((process) => Array.from({ length: READERS_EACH }, () => read(load, process))),
      readOwn(load),
    ];
    for (const trouble of troubles) await TROUBLES[trouble]({ processes, redis }, ms);
    end.abort();
    await Promise.all(clients);
    await sleep(SETTLE_MS);
    const stored = await storedVersions(this.options.mariadb, databaseUrl);
    return oracle.findings(await countStuck(processes, ids, stored));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    await this.redis.stop();
    this.folder.remove();
  }
}

function settingsOf(folder: string, database: string, redis: string): Record<string, string> {
  return {
    SIGNPOST_BLOG_HTTP_PORT: '0',
    SIGNPOST_BLOG_REGISTRY_URL: '',
    SIGNPOST_BLOG_DATA_DIR: folder,
    SIGNPOST_DATABASE_URL: database,
    SIGNPOST_REDIS_URL: redis,
    SIGNPOST_AUTH_ADMIN_PASSWORD: PASSWORD,
    SIGNPOST_AUTH_HS256_SECRET: SECRET,
    SIGNPOST_LIMITS_ENABLED: 'false',
    SIGNPOST_LOG_LEVEL: 'silent',
  };
}

async function logIn({ url }: BlogProcess): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  const { access_token } = (await ask<{ access_token: string }>(`${url}/auth`, { headers: { authorization } }))!;
  return `Bearer ${access_token}`;
}

async function makeRows({ url }: BlogProcess, authorization: string, count: number): Promise<number[]> {
  const make = async (kind: string, body: object) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/${kind}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return ((await answer.json()) as { id: number }).id;
  };
  const tag_id = await make('tags', { name: 'load' });
  const titles = Array.from({ length: count }, (_, n) => `${n}`);
  return inTurns(titles, (title) => make('articles', { tag_id, title, content: 'text' }));
}

async function storedVersions(mariadb: Mariadb, url: string): Promise<ReadonlyMap<number, number>> {
  const connection = await mariadb.connect(url);
  const [rows] = (await connection.query('SELECT id, version FROM blog_article')) as unknown as [
    { id: number; version: number }[],
  ];
  await connection.end();
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Rows and lists that a process gives in another version than the database has, now that all is quiet. */
async function countStuck(
  processes: readonly BlogProcess[],
  ids: readonly number[],
  stored: ReadonlyMap<number, number>,
): Promise<number> {
  const stuck = new Set<number | string>();
  for (const { url } of processes) {
    await inTurns(ids, async (id) => {
      const row = await eventually('an answer', 20_000, () => ask<{ version: number }>(`${url}/api/v1/articles/${id}`));
      if (row.version !== stored.get(id)) stuck.add(id);
    });
    const list = await readList(url);
    if (list.some(({ id, version }) => version !== stored.get(id))) stuck.add('the list');
  }
  return stuck.size;
}

/** Does something for each of many things, some at a time. */
async function inTurns<From, To>(things: readonly From[], work: (thing: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (let n = 0; n < things.length; n += AT_ONCE) {
    results.push(...(await Promise.all(things.slice(n, n + AT_ONCE).map(work))));
  }
  return results;
}
