import SqliteDatabase from 'better-sqlite3';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aNode, FakeClock, tempFolder } from '#libs/testing';
import type { Change } from '../../model.js';
import type { LeaseListener, Snapshot, StoreError } from '../store.js';
import { SqliteStore } from './sqlite-store.js';

const node: Change = { kind: 'put-node', node: aNode() };

/** For leases that only matter to others. */
const DEAF: LeaseListener = { onHeld() {}, onTold() {} };

/** A snapshot with its rows read. */
function read({ revision, nodes, instances, checks }: Snapshot) {
  return { revision, nodes: [...nodes], instances: [...instances], checks: [...checks] };
}

describe('SqliteStore', () => {
  let folder: ReturnType<typeof tempFolder>;
  let clock: FakeClock;
  let open: SqliteStore[];
  beforeEach(() => {
    folder = tempFolder();
    clock = new FakeClock();
    open = [];
  });
  afterEach(async () => {
    for (const store of open) await store.close();
    folder.remove();
  });

  function newStore(keep?: number): SqliteStore {
    const store = new SqliteStore({ folder: folder.path, clock, ...(keep !== undefined && { keep }) });
    open.push(store);
    return store;
  }

  async function opened(keep?: number): Promise<SqliteStore> {
    const store = newStore(keep);
    read(await store.load());
    return store;
  }

  it('drops old lines of the log, and says so to who needs them', async () => {
    const [one, two] = [await opened(2), await opened(2)];
    for (let base = 0; base < 6; base++) await one.commit(base, [[node]]);
    await expect(two.commit(0, [[node]])).rejects.toMatchObject({ reason: 'behind' });
  });

  it('tells a watcher that it cannot follow any more, once', async () => {
    const [one, two] = [await opened(2), await opened(2)];
    const failures: StoreError[] = [];
    one.watch(
      0,
      () => {},
      (error) => failures.push(error),
    );
    for (let base = 0; base < 6; base++) await two.commit(base, [[node]]);
    await clock.advance(1_000);
    await two.commit(6, [[node]]);
    await clock.advance(1_000);
    expect(failures).toMatchObject([{ reason: 'behind', message: 'revision 1 is no longer in the log' }]);
  });

  it('writes a commit of nothing too, and changes nothing by it', async () => {
    const store = await opened();
    await store.commit(0, [[node]]);
    const other = new SqliteDatabase(join(folder.path, 'registry.sqlite'));
    const version = () => other.pragma('data_version', { simple: true });
    const before = version();
    expect(await store.commit(1, [])).toEqual({ done: true, revision: 1 });
    expect(version()).not.toBe(before);
    other.close();
  });

  it('keeps what it makes from other users, and leaves alone what it finds', async () => {
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    chmodSync(folder.path, 0o755);
    const inner = join(folder.path, 'new', 'registry');
    const store = new SqliteStore({ folder: inner, clock });
    open.push(store);
    await store.lease('job', DEAF);
    await store.load();
    await store.commit(0, [[node]]);
    expect([folder.path, join(folder.path, 'new'), inner].map(modeOf)).toEqual(['755', '700', '700']);
    const files = readdirSync(inner).sort();
    expect(files).toEqual(expect.arrayContaining(['job.lease', 'registry.sqlite', 'registry.sqlite-wal']));
    expect(files.map((name) => modeOf(join(inner, name)))).toEqual(files.map(() => '600'));
  });

  it('says which lease is damaged, and the way out', async () => {
    const file = join(folder.path, 'job.lease');
    writeFileSync(file, 'garbage '.repeat(1000));
    await expect(newStore().lease('job', DEAF)).rejects.toMatchObject({
      name: 'StoreError',
      reason: 'unusable',
      message: expect.stringMatching(/job\.lease cannot be locked \(.+\); remove it if/),
    });
  });

  it.each(['', '/below'])('says that its folder is a file%s', async (below) => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const store = new SqliteStore({ folder: file + below, clock });
    const refusal = {
      name: 'StoreError',
      reason: 'unusable',
      message: expect.stringMatching(/file(\/below)? cannot be used as a folder \(.+\); see \[resolver\] data_dir/),
    };
    await expect(store.lease('job', DEAF)).rejects.toMatchObject(refusal);
    await expect(store.load()).rejects.toMatchObject(refusal);
  });

  it('fails a commit when the database cannot be written, and recovers', async () => {
    const store = await opened();
    const other = new SqliteDatabase(join(folder.path, 'registry.sqlite'));
    other.exec('ALTER TABLE log RENAME TO away');
    await expect(store.commit(0, [[node]])).rejects.toMatchObject({ name: 'StoreError', reason: 'failed' });
    other.exec('ALTER TABLE away RENAME TO log');
    other.close();
    expect(await store.commit(0, [[node]])).toEqual({ done: true, revision: 1 });
  });

  it('stops writing and following when a newer version of the program brings the file up to date', async () => {
    const store = await opened();
    const failures: StoreError[] = [];
    store.watch(
      0,
      () => {},
      (error) => failures.push(error),
    );
    const newer = new SqliteDatabase(join(folder.path, 'registry.sqlite'));
    newer.pragma('user_version = 2');
    newer.close();
    const refusal = {
      reason: 'unusable',
      message: expect.stringMatching(/newer version \(schema 2, this one knows 1\)/),
    };
    await expect(store.commit(0, [[node]])).rejects.toMatchObject(refusal);
    await clock.advance(1_000);
    expect(failures).toMatchObject([refusal]);
  });

  it('is full when it may not grow, and goes on when it may', async () => {
    const store = await opened();
    await store.commit(0, [[node]]);
    store.limit(1);
    const large = aNode({ meta: { text: 'x'.repeat(100_000) } });
    await expect(store.commit(1, [[{ kind: 'put-node', node: large }]])).rejects.toMatchObject({ reason: 'full' });
    store.limit(1_000);
    expect(await store.commit(1, [[{ kind: 'put-node', node: large }]])).toEqual({ done: true, revision: 2 });
  });

  describe('refuses a file that', () => {
    const file = () => join(folder.path, 'registry.sqlite');
    const refusal = () => newStore().load();

    it('is no database', async () => {
      writeFileSync(file(), 'garbage '.repeat(1000));
      await expect(refusal()).rejects.toMatchObject({
        reason: 'unusable',
        message: expect.stringContaining('is damaged'),
      });
    });

    it('belongs to another program', async () => {
      const foreign = new SqliteDatabase(file());
      foreign.exec('CREATE TABLE theirs (x)');
      foreign.close();
      await expect(refusal()).rejects.toMatchObject({ message: expect.stringContaining('another program') });
    });

    it('was written by a newer version', async () => {
      await (await opened()).close();
      const newer = new SqliteDatabase(file());
      newer.pragma('user_version = 99');
      newer.close();
      await expect(refusal()).rejects.toMatchObject({
        message: expect.stringMatching(/newer version \(schema 99, this one knows 1\)/),
      });
    });

    it('is damaged in the middle', async () => {
      const store = await opened();
      for (let base = 0; base < 20; base++) {
        await store.commit(base, [
          [{ kind: 'put-node', node: aNode({ name: `n${base}`, meta: { text: 'x'.repeat(2000) } }) }],
        ]);
      }
      await store.close();
      const bytes = readFileSync(file());
      bytes.fill(0xff, 4096 * 2, 4096 * 6);
      writeFileSync(file(), bytes);
      await expect(refusal()).rejects.toMatchObject({
        reason: 'unusable',
        message: expect.stringContaining('is damaged'),
      });
    });

    it('is a folder', async () => {
      mkdirSync(file());
      await expect(refusal()).rejects.toMatchObject({
        reason: 'unusable',
        message: expect.stringContaining('cannot be opened'),
      });
    });
  });
});
