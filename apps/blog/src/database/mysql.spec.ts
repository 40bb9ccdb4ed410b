import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Mariadb, MARIADB_PASSWORD, type OwnMariadb } from '#libs/testing';
import { isUniqueViolation, type Database } from './database.js';
import { openDatabase } from './open.js';
import { insertRow, insertRowHolding } from './rows.js';

const POOL_SIZE = 4;
const UNAVAILABLE = { kind: { status: 503 }, headers: { 'retry-after': '1' } };

let mariadb: OwnMariadb;
let url: string;
let database: Database;
/** A connection beside the blog's own. */
let beside: Connection;

beforeAll(async () => {
  mariadb = await Mariadb.start();
  url = await mariadb.server.createDatabase();
  await connect();
});
afterAll(async () => {
  await disconnect();
  await mariadb.stop();
});

async function connect(): Promise<void> {
  beside = await mariadb.server.connect(url);
  beside.on('error', () => {});
  await beside.query("SET GLOBAL sql_mode = ''");
  database = await openDatabase(url, POOL_SIZE);
}

async function disconnect(): Promise<void> {
  beside.destroy();
  await database.close();
}

const one = () => database.select<{ one: number }>('SELECT 1 AS one');
const insert = (name: string) => database.write((manager) => insertRow(manager, 'blog_tag', { name }));

describe('a database of MySQL', () => {
  it('has texts that compare as they are written, in all tables', async () => {
    const sql = `SELECT table_name, column_name, collation_name FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name <> 'blog_migration' AND collation_name IS NOT NULL`;
    const [columns] = (await beside.query(sql)) as unknown as [{ collation_name: string }[]];
    expect(columns.length).toBeGreaterThan(15);
    const other = columns.filter(({ collation_name: name }) => name !== 'utf8mb4_nopad_bin' && name !== 'ascii_bin');
    expect(other).toEqual([]);
  });

  it('refuses what does not fit, whatever the server’s own mode is', async () => {
    await expect(insert('x'.repeat(101))).rejects.toMatchObject({ code: 'ER_DATA_TOO_LONG' });
  });

  it('runs a transaction again that the server gave up for another one', async () => {
    const ids = [await insert('one'), await insert('two')] as const;
    const bothFirst = Promise.withResolvers<void>();
    let begun = 0;
    let runs = 0;
    const change = (first: number, second: number) =>
      database.write(async (manager) => {
        runs += 1;
        await manager.query('UPDATE blog_tag SET version = version + 1 WHERE id = ?', [first]);
        begun += 1;
        if (begun === 2) bothFirst.resolve();
        await bothFirst.promise;
        await manager.query('UPDATE blog_tag SET version = version + 1 WHERE id = ?', [second]);
      });
    await Promise.all([change(ids[0], ids[1]), change(ids[1], ids[0])]);
    expect(runs).toBe(3);
    const rows = await database.select('SELECT version FROM blog_tag WHERE id IN (?, ?)', [...ids]);
    expect(rows).toMatchObject([{ version: 3 }, { version: 3 }]);
  });

  it('adds an article while another one waits for its slug', async () => {
    const tag_id = await insert('held');
    const tag = { table: 'blog_tag', column: 'tag_id', version: 1 };
    const article = (slug: string, done: Promise<void>) =>
      database.write(async (manager) => {
        const row = { tag_id, title: slug, slug, content: '' };
        const id = await insertRowHolding(manager, database.dialect, 'blog_article', [row, tag]);
        inserted.push(slug);
        await done;
        return id;
      });
    const inserted: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = article('a', gate);
    await eventually('the first one', 5_000, () => inserted.length === 1);
    const second = article('a', Promise.resolve()).catch((error: unknown) => error);
    const waits = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'";
    await eventually('one that waits', 2_000, async () => {
      const [[row]] = (await beside.query(waits)) as unknown as [[{ Value: string }]];
      return row.Value === '1';
    });
    expect(await article('b', Promise.resolve())).toBeTypeOf('number');
    expect(inserted).toEqual(['a', 'b']);
    open();
    await first;
    expect(isUniqueViolation(await second)).toBe(true);
  });

  it('keeps no more statements prepared than it may', async () => {
    for (let n = 0; n < 300 * POOL_SIZE; n += 1) await database.select(`SELECT ${n} AS n`);
    const [[status]] = (await beside.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")) as unknown as [
      [{ Value: string }],
    ];
    expect(Number(status.Value)).toBeLessThanOrEqual(2 * 100 * POOL_SIZE);
  });

  it('is waited for by a bounded number, for a bounded time, and by readers apart from writers', async () => {
    await beside.query('LOCK TABLES blog_tag WRITE');
    const reads = Array.from({ length: POOL_SIZE + 210 }, () => database.select('SELECT id FROM blog_tag'));
    const outcomes = Promise.allSettled(reads);
    await expect(reads.at(-1)).rejects.toMatchObject({ ...UNAVAILABLE, detail: 'too many wait for the database' });
    await expect(reads[POOL_SIZE]).rejects.toMatchObject({
      ...UNAVAILABLE,
      detail: expect.stringContaining('in time'),
    });
    await expect(database.write((manager) => manager.query('SELECT 1'))).resolves.toEqual([{ 1: 1 }]);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    await beside.query('UNLOCK TABLES');
    expect(await database.select('SELECT id FROM blog_tag')).not.toEqual([]);
  });

  it('waits for a lock no longer than a few seconds', async () => {
    const id = await insert('locked');
    await beside.query('START TRANSACTION; SELECT id FROM blog_tag WHERE id = ? FOR UPDATE', [id]);
    const change = database.write((manager) => manager.query('UPDATE blog_tag SET state = 0 WHERE id = ?', [id]));
    await expect(change).rejects.toMatchObject(UNAVAILABLE);
    await beside.query('ROLLBACK');
  });

  it('is opened by one process at a time', async () => {
    const lock = "CONCAT('signpost:', SHA1(DATABASE()))";
    await beside.query(`DO GET_LOCK(${lock}, 0)`);
    let opened = false;
    const opening = openDatabase(url).then((other) => {
      opened = true;
      return other;
    });
    await eventually('the other to wait', 5_000, async () => {
      const [waiting] = await beside.query("SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'");
      return (waiting as unknown[]).length > 0;
    });
    expect(opened).toBe(false);
    await beside.query(`DO RELEASE_LOCK(${lock})`);
    await (await opening).close();
  });

  it('that takes too long over a search is a 503', async () => {
    const search = `SELECT rowid FROM blog_article_search WHERE ${database.dialect.matchesPhrase}`;
    const words = 'a_b b_c c_a '.repeat(1_000);
    await beside.query('INSERT INTO blog_article_search (rowid, bigrams) SELECT seq, ? FROM seq_1_to_100', [words]);
    const find = (seconds: number) =>
      database.select(`SET STATEMENT max_statement_time = ${seconds} FOR ${search}`, ['"a_b b_c c_a a_c"']);
    await expect(find(0.001)).rejects.toMatchObject(UNAVAILABLE);
    expect(await find(60)).toEqual([]);
    await beside.query('DELETE FROM blog_article_search WHERE rowid > 0');
  });

  it('that is killed is a 503 until it is back, and then works by itself', async () => {
    await one();
    await mariadb.kill();
    await expect(one()).rejects.toMatchObject(UNAVAILABLE);
    await expect(insert('away')).rejects.toMatchObject(UNAVAILABLE);
    await expect(database.check()).rejects.toThrow();
    await mariadb.restart();
    expect(await one()).toEqual([{ one: 1 }]);
    expect(await insert('back')).toBeGreaterThan(0);
    beside.destroy();
    beside = await mariadb.server.connect(url);
  });

  it('that hangs is a 503 after a while, and works again when it goes on', async () => {
    await Promise.all([one(), insert('before')]);
    mariadb.freeze();
    const unprepared = [
      database.select('SELECT 7 AS never_asked_before'),
      database.write((manager) => manager.query('UPDATE blog_tag SET state = 0 WHERE id = ? AND state = 7', [1])),
    ];
    const asked = Array.from({ length: POOL_SIZE + 1 }, () => one());
    const outcomes = await Promise.allSettled([...unprepared, ...asked, insert('hung')]);
    mariadb.thaw();
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    await eventually('an answer', 5_000, one);
    expect(await insert('on again')).toBeGreaterThan(0);
  });
});

describe('a MySQL server that does not let us in', () => {
  it.each([
    ['for a wrong password', (address: string) => address.replace(/:[^:@/]+@/, ':wr0ng@'), 'Access denied'],
    ['for there is no such database', (address: string) => `${address}_none`, 'Unknown database'],
    ['for nobody listens', (address: string) => address.replace(/@.*\//, '@127.0.0.1:1/'), 'ECONNREFUSED'],
  ])('%s is named without its password', async (_, change, reason) => {
    const error = (await openDatabase(change(url)).catch((thrown: unknown) => thrown)) as Error;
    expect(error.name).toBe('StartError');
    expect(error.message).toMatch(/^the database mysql:\/\/blog@127\.0\.0\.1:\d+\/\w+ cannot be opened: /);
    expect(error.message).toContain(reason);
    const told = JSON.stringify([
      error.message,
      error.stack,
      { ...error },
      String(error.cause),
      { ...(error.cause as object) },
    ]);
    for (const secret of [MARIADB_PASSWORD, encodeURIComponent(MARIADB_PASSWORD), 'wr0ng']) {
      expect(told).not.toContain(secret);
    }
  });
});
