import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { openDatabase } from './open.js';
import { insertRow } from './rows.js';

let folder: ReturnType<typeof tempFolder>;
let file: string;
beforeEach(() => {
  folder = tempFolder();
  file = join(folder.path, 'a', 'blog.sqlite');
});
afterEach(() => folder.remove());

describe('the SQLite database', () => {
  it('is set up to survive a power cut, and blocks nobody while it waits', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    await database.write(async (manager) => {
      const pragma = async (name: string) => Object.values((await manager.query(`PRAGMA ${name}`))[0] as object)[0];
      const pragmas = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma);
      expect(await Promise.all(pragmas)).toEqual(['wal', 2, 1, 0]);
    });
    await database.close();
  });

  it('turns away what would wait too long', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: running, resolve: run } = Promise.withResolvers<void>();
    const first = database.write(() => {
      run();
      return gate;
    });
    await running;
    const waiting = Array.from({ length: 201 }, (_, n) =>
      database.write((manager) => insertRow(manager, 'blog_tag', { name: `${n}` })).catch((error: unknown) => error),
    );
    const refused = await waiting.at(-1)!;
    expect(refused).toMatchObject({ kind: { status: 503 }, headers: { 'retry-after': '1' } });
    open();
    await first;
    expect((await Promise.all(waiting.slice(0, -1))).every((id) => typeof id === 'number')).toBe(true);
    await database.close();
  });

  it('leaves the lock to others now and then while it writes without a pause', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    const other = new Sqlite(file, { timeout: 0 });
    let turns = 0;
    const look = setInterval(() => {
      other.exec('BEGIN IMMEDIATE; COMMIT');
      turns++;
    }, 1);
    const until = performance.now() + 1_000;
    const client = async (name: string) => {
      for (let n = 0; performance.now() < until; n++) {
        await database.write((manager) => insertRow(manager, 'blog_tag', { name: `${name}-${n}` }));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => client(`client${n}`)));
    clearInterval(look);
    expect(turns).toBeGreaterThanOrEqual(2);
    other.close();
    await database.close();
  });

  it('reads the rows of a page and their number in one state', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    for (const name of ['a', 'b', 'c']) await database.write((manager) => insertRow(manager, 'blog_tag', { name }));
    const script = `const db = new (require('better-sqlite3'))(${JSON.stringify(file)}); db.pragma('synchronous = OFF');
      const flip = db.prepare('UPDATE blog_tag SET state = 1 - state'); console.log('begun'); for (;;) flip.run();`;
    const writer = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    const shown = (what: string) => ({ sql: `SELECT ${what} FROM blog_tag WHERE state = 1`, values: [] });
    const [rows, count] = [shown('id'), shown('COUNT(*) AS total')];
    const found = { apart: 0, differ: 0, none: 0, all: 0 };
    for (let n = 0; n < 10_000; n++) {
      const [ids, [counted]] = [await database.select(rows.sql), await database.select<{ total: number }>(count.sql)];
      if (ids.length !== counted!.total) found.apart++;
      const { items, total } = await database.page(rows, count);
      if (items.length !== total) found.differ++;
      found[total === 0 ? 'none' : 'all']++;
    }
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    await database.close();
    expect(found.differ).toBe(0);
    expect(Math.min(found.apart, found.none, found.all)).toBeGreaterThan(0);
  });

  it('that another process has locked is a 503', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    const script = `const db = new (require('better-sqlite3'))(${JSON.stringify(file)}); db.exec('BEGIN IMMEDIATE'); console.log('locked'); setInterval(() => {}, 1000)`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const write = database.write((manager) => insertRow(manager, 'blog_tag', { name: 'x' }));
    await expect(write).rejects.toMatchObject({ kind: { status: 503 } });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await expect(database.write((manager) => insertRow(manager, 'blog_tag', { name: 'x' }))).resolves.toBe(1);
    await database.close();
  });
});
