import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, TestDatabase } from '../../test/databases.js';
import { isUniqueViolation, type Database, type PlainValue, type Work } from './database.js';
import { openDatabase } from './open.js';
import { countUp, insertRow, updateRow } from './rows.js';
import { sharedSecret } from './secrets.js';

describe.each(STORES)('a database in %s', (store) => {
  let where: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    where = await TestDatabase.create(store);
    database = await openDatabase(where.url);
  });
  afterAll(async () => {
    await database.close();
    where.remove();
  });

  async function names(like: string): Promise<string[]> {
    const sql = 'SELECT name FROM blog_tag WHERE name LIKE ? ORDER BY id';
    return (await database.select<{ name: string }>(sql, [`${like}%`])).map(({ name }) => name);
  }

  const insert = (name: string, deleted_on = 0) =>
    database.write((manager) => insertRow(manager, 'blog_tag', { name, deleted_on }));

  it('stores all of a transaction or nothing, and shows none of it before its end', async () => {
    await database.write(async (manager) => {
      await insertRow(manager, 'blog_tag', { name: 'all: kept' });
      expect(await names('all')).toEqual([]);
    });
    const failing = database.write(async (manager) => {
      await insertRow(manager, 'blog_tag', { name: 'all: lost' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names('all')).toEqual(['all: kept']);
  });

  describe('at the end of a transaction', () => {
    const ADD =
      "INSERT INTO blog_tag (name, state) SELECT CONCAT('end: ', name, ' ', ?), ? FROM blog_tag WHERE name = 'end: first'";
    const FAIL = 'INSERT INTO blog_nothing (a) VALUES (?)';

    it('runs what is to be run then, after all else and in order, and tells what it did', async () => {
      const counted = await database.write(async (manager, atEnd) => {
        const [add, count] = [atEnd(ADD, ['1a_2b', 0]), countUp(atEnd, database.dialect, 'revocations')];
        await insertRow(manager, 'blog_tag', { name: 'end: first' });
        expect(add.raw).toBeUndefined();
        return count;
      });
      expect(await names('end')).toEqual(['end: first', 'end: end: first 1a_2b']);
      expect(counted()).toBeGreaterThan(0);
    });

    it('stores nothing when one of them fails, or is not run', async () => {
      const failing = (...statements: readonly [string, PlainValue[]][]) =>
        database.write(async (manager, atEnd) => {
          await insertRow(manager, 'blog_tag', { name: 'ends badly' });
          for (const [sql, values] of statements) atEnd(sql, values);
        });
      await expect(failing([FAIL, [1]], [ADD, ['x', 1]])).rejects.toThrow('blog_nothing');
      await expect(failing([ADD, ['y', 1]], [FAIL, [1]])).rejects.toThrow('blog_nothing');
      expect([await names('ends'), await names('end: end')]).toEqual([[], ['end: end: first 1a_2b']]);
    });

    it('takes no second statement from a value, and none besides those that it was given', async () => {
      const stacked = "x'); DELETE FROM blog_tag; --";
      await database.write((manager) => insertRow(manager, 'blog_tag', { name: stacked }));
      expect(await names('x')).toEqual([stacked]);
      const sql = 'SELECT name FROM blog_tag WHERE name = ?; DELETE FROM blog_tag';
      await expect(database.write((manager) => manager.query(sql, [stacked]))).rejects.toThrow();
      expect(await names('x')).toEqual([stacked]);
    });
  });

  it('keeps transactions apart, also those that fail', async () => {
    const writes = Array.from({ length: 40 }, (_, n) =>
      database.write(async (manager) => {
        await insertRow(manager, 'blog_tag', { name: `apart ${n} first` });
        if (n % 2 === 1) throw new Error('odd');
        await insertRow(manager, 'blog_tag', { name: `apart ${n} second` });
      }),
    );
    await Promise.allSettled(writes);
    const expected = Array.from({ length: 20 }, (_, n) => [`apart ${2 * n} first`, `apart ${2 * n} second`]).flat();
    expect((await names('apart')).sort()).toEqual(expected.sort());
  });

  it('counts what is committed by now, whoever has done so', async () => {
    const count = async (like: string) => {
      const of = (what: string) => ({ sql: `SELECT ${what} FROM blog_tag WHERE name LIKE ?`, values: [`${like}%`] });
      const { items, total } = await database.page(of('id'), of('COUNT(*) AS total'));
      expect(items).toHaveLength(total);
      return total;
    };
    expect([await count('count'), await count('nothing')]).toEqual([0, 0]);
    await insert('count: own');
    expect([await count('count'), await count('nothing')]).toEqual([1, 0]);
    const other = await openDatabase(where.url);
    await other.write(async (manager) => {
      await insertRow(manager, 'blog_tag', { name: 'count: of another' });
      expect(await count('count')).toBe(1);
    });
    await other.close();
    expect([await count('count'), await count('count: own'), await count('nothing')]).toEqual([2, 1, 0]);
  });

  it('counts a counter up, and says how far', async () => {
    const up = async () => {
      const counted = await database.write(async (_, atEnd) => countUp(atEnd, database.dialect, 'revocations'));
      return counted();
    };
    const first = await up();
    const others = await Promise.all(Array.from({ length: 5 }, up));
    expect(others.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5].map((n) => first + n));
  });

  it('holds names to be unique among what lives, octet by octet', async () => {
    await insert('a', 5);
    await insert('a', 5);
    for (const name of ['a', 'A', 'a ', 'ä', '😀', '😁', 'ａ']) await insert(name);
    for (const name of ['a', 'A', 'a ', 'ä', '😀', '😁', 'ａ']) {
      const error: unknown = await insert(name).catch((reason: unknown) => reason);
      expect([name, isUniqueViolation(error)]).toEqual([name, true]);
      const found = await database.select('SELECT id FROM blog_tag WHERE name = ? AND deleted_on = 0', [name]);
      expect([name, found.length]).toEqual([name, 1]);
    }
    expect(isUniqueViolation(new Error('other'))).toBe(false);
  });

  it('sorts texts by code point', async () => {
    for (const name of ['sort é', 'sort a', 'sort Z', 'sort 系', 'sort 😀', 'sort \uffee']) await insert(name);
    const sql = "SELECT name FROM blog_tag WHERE name LIKE 'sort %' ORDER BY name";
    const sorted = (await database.select<{ name: string }>(sql)).map(({ name }) => name.slice(5));
    expect(sorted).toEqual(['Z', 'a', 'é', '系', '\uffee', '😀']);
  });

  it('holds to its references, and takes no half of a text', async () => {
    const article = { tag_id: 999_999, title: 't', slug: 's', content: 'c' };
    await expect(database.write((manager) => insertRow(manager, 'blog_article', article))).rejects.toThrow(
      /foreign key/i,
    );
    // SQLite stores what is longer than the column says, and gives it back whole.
    const long = 'x'.repeat(101);
    const stored = await insert(long).then(
      () => names('xxx'),
      () => [],
    );
    expect([[], [long]]).toContainEqual(stored);
  });

  it('changes a row once for each version, and only its owner’s', async () => {
    const id = await database.write((manager) => insertRow(manager, 'blog_tag', { name: 'mine', created_by: 'ann' }));
    const change = (version: number, owner: string | undefined) =>
      database.write((manager) => updateRow(manager, 'blog_tag', { id, version, owner }, { state: 0 }));
    const outcomes = [];
    for (const [version, owner] of [
      [1, 'bob'],
      [1, 'ann'],
      [1, 'ann'],
      [2, undefined],
    ] as const) {
      outcomes.push(await change(version, owner));
    }
    expect(outcomes).toEqual([false, true, false, true]);
    expect(await database.select('SELECT version, state FROM blog_tag WHERE id = ?', [id])).toMatchObject([
      { version: 3, state: 0 },
    ]);
  });

  it('gives one secret for a name to all who ask, however many at once', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => openDatabase(where.url)));
    const secrets = await Promise.all(others.map((other) => sharedSecret(other, 'test')));
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
    expect(secrets[0]).toHaveLength(32);
    expect((await sharedSecret(database, 'other')).equals(secrets[0]!)).toBe(false);
    await Promise.all(others.map((other) => other.close()));
  });

  it('says of a statement that failed no value that was in it', async () => {
    const sql = 'INSERT INTO blog_nothing (a) VALUES (?)';
    const works: Work<unknown>[] = [
      (manager) => manager.query(sql, ['s3cret']),
      async (_, atEnd) => atEnd(sql, ['s3cret']),
    ];
    for (const work of works) {
      const error = (await database.write(work).catch((reason: unknown) => reason)) as Error & { driverError: object };
      const told = JSON.stringify([error.message, { ...error }, { ...error.driverError }, error.stack]);
      expect(told).toContain('blog_nothing');
      expect(told).not.toContain('s3cret');
    }
  });

  it('is migrated once when many open it at the same time', async () => {
    const fresh = await TestDatabase.create(store);
    const opened = await Promise.all(Array.from({ length: 6 }, () => openDatabase(fresh.url)));
    const done = await opened[0]!.select<{ name: string }>('SELECT name FROM blog_migration');
    expect(new Set(done.map(({ name }) => name)).size).toBe(done.length);
    await Promise.all(opened.map((database) => database.close()));
    fresh.remove();
  });
});
