import SqliteDatabase, { type Database } from 'better-sqlite3';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { migrate } from './schema.js';

const FIRST = 'CREATE TABLE thing (name TEXT) STRICT';
const SECOND = 'ALTER TABLE thing ADD COLUMN size INTEGER; UPDATE thing SET size = length(name)';

describe('migrate', () => {
  let folder: ReturnType<typeof tempFolder>;
  let database: Database;
  beforeEach(() => {
    folder = tempFolder();
    database = new SqliteDatabase(join(folder.path, 'registry.sqlite'));
  });
  afterEach(() => {
    database.close();
    folder.remove();
  });
  const version = () => database.pragma('user_version', { simple: true });
  const things = () => database.prepare('SELECT * FROM thing').all();

  it('brings what an older version of the program wrote up to date, once', () => {
    migrate(database, [FIRST]);
    database.exec("INSERT INTO thing VALUES ('abc')");
    migrate(database, [FIRST, SECOND]);
    migrate(database, [FIRST, SECOND]);
    expect(version()).toBe(2);
    expect(things()).toEqual([{ name: 'abc', size: 3 }]);
  });

  it('leaves a file as it was when a step fails', () => {
    migrate(database, [FIRST]);
    database.exec("INSERT INTO thing VALUES ('abc')");
    expect(() => migrate(database, [FIRST, SECOND, 'SELECT nonsense'])).toThrow('nonsense');
    expect(version()).toBe(1);
    expect(things()).toEqual([{ name: 'abc' }]);
  });

  it('writes nothing to a file that is up to date', () => {
    migrate(database, [FIRST]);
    const other = new SqliteDatabase(database.name);
    const before = other.pragma('data_version', { simple: true });
    migrate(database, [FIRST]);
    expect(other.pragma('data_version', { simple: true })).toBe(before);
    other.close();
  });

  it('refuses what a newer version wrote, and names both', () => {
    migrate(database, [FIRST, SECOND]);
    expect(() => migrate(database, [FIRST])).toThrow(
      /was written by a newer version \(schema 2, this one knows 1\); run that version, or choose another/,
    );
  });
});
