import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { openDatabase } from './connection.js';
import { readLog } from './rows.js';

describe('readLog', () => {
  let folder: ReturnType<typeof tempFolder>;
  let reader: ReturnType<typeof openDatabase>;
  let writer: ReturnType<typeof openDatabase>;
  beforeEach(() => {
    folder = tempFolder();
    const file = join(folder.path, 'registry.sqlite');
    reader = openDatabase(file);
    writer = openDatabase(file);
  });
  afterEach(() => {
    reader.close();
    writer.close();
    folder.remove();
  });

  function commit(revision: number): void {
    writer.transaction(() => {
      writer.prepare('INSERT INTO log VALUES (?, ?)').run(revision, '[]');
      writer.prepare('UPDATE latest SET revision = ?').run(revision);
    })();
  }

  it('gives what was committed after a revision, in order', () => {
    for (const revision of [1, 2, 3]) commit(revision);
    expect(readLog(reader, 1).map(({ revision }) => revision)).toEqual([2, 3]);
    expect(readLog(reader, 3)).toEqual([]);
  });

  it.each([2, 3])('misses nothing when others commit before each %d. of its looks', (nth) => {
    let [looks, revision, seen] = [0, 0, 0];
    const prepare = reader.prepare.bind(reader);
    reader.prepare = ((sql: string) => {
      if (++looks % nth === 0) commit(++revision);
      return prepare(sql);
    }) as typeof reader.prepare;
    for (let round = 0; round < 6; round++) {
      for (const { revision: next } of readLog(reader, seen)) expect(next).toBe(++seen);
    }
    expect(seen).toBeGreaterThan(0);
  });

  it('says so when some of it is no longer there', () => {
    for (const revision of [1, 2, 3]) commit(revision);
    writer.exec('DELETE FROM log WHERE revision <= 2');
    expect(() => readLog(reader, 1)).toThrow('revision 2 is no longer in the log');
    writer.exec('DELETE FROM log');
    expect(() => readLog(reader, 2)).toThrow('revision 3 is no longer in the log');
    expect(() => readLog(reader, 4)).toThrow('went back from revision 4 to 3');
  });
});
