import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { TagRow } from '../tags/tag.row.js';
import { isUniqueViolation, type Database } from './database.js';
import { openDatabase } from './open.js';

let folder: ReturnType<typeof tempFolder>;
let database: Database;

beforeEach(async () => {
  folder = tempFolder();
  database = await openDatabase(`sqlite:${join(folder.path, 'a', 'b', 'blog.sqlite')}`);
});
afterEach(async () => {
  await database.close();
  folder.remove();
});

function row(name: string, deleted_on = 0): Partial<TagRow> {
  return { name, state: 1, created_by: 'x', modified_by: 'x', created_on: 1, modified_on: 1, deleted_on, version: 1 };
}

async function names(): Promise<string[]> {
  return (await database.select<{ name: string }>('SELECT name FROM blog_tag ORDER BY id')).map(({ name }) => name);
}

describe('the SQLite database', () => {
  it('is set up to survive a power cut, and holds to its references', async () => {
    await database.write(async (manager) => {
      const pragma = async (name: string) => Object.values((await manager.query(`PRAGMA ${name}`))[0] as object)[0];
      expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual([
        'wal',
        2,
        1,
      ]);
      const orphan = manager.query("INSERT INTO blog_article (tag_id, title, slug, content) VALUES (9, 't', 's', 'c')");
      await expect(orphan).rejects.toThrow('FOREIGN KEY');
    });
  });

  it('stores all of a transaction or nothing, and shows none of it before its end', async () => {
    await database.write(async (manager) => {
      await manager.insert(TagRow, row('kept'));
      expect(await names()).toEqual([]);
    });
    const failing = database.write(async (manager) => {
      await manager.insert(TagRow, row('lost'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual(['kept']);
  });

  it('runs one transaction after another, also when one fails', async () => {
    const writes = Array.from({ length: 20 }, (_, n) =>
      database.write(async (manager) => {
        await manager.insert(TagRow, row(`first ${n}`));
        if (n % 2 === 1) throw new Error('odd');
        await manager.insert(TagRow, row(`second ${n}`));
      }),
    );
    await Promise.allSettled(writes);
    const expected = Array.from({ length: 10 }, (_, n) => [`first ${2 * n}`, `second ${2 * n}`]).flat();
    expect(await names()).toEqual(expected);
  });

  it('holds names to be unique among what lives, letter case apart', async () => {
    const insert = (name: string, deleted_on = 0) =>
      database.write((manager) => manager.insert(TagRow, row(name, deleted_on)));
    await insert('a', 5);
    await insert('a', 5);
    await insert('a');
    await insert('A');
    const error: unknown = await insert('a').catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(new Error('other'))).toBe(false);
  });
});
