import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { systemClock } from '#libs/time';
import { SqliteStore } from './sqlite-store.js';

describe('SqliteStore', () => {
  let folder: ReturnType<typeof tempFolder>;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder.remove());

  it('commits', async () => {
    const store = new SqliteStore({ folder: folder.path, clock: systemClock });
    await store.load();
    const r = await store.commit(0, [[{ kind: 'remove-node', node: 'x' }], [{ kind: 'remove-node', node: 'x' }]]);
    expect(r).toEqual({ done: true, revision: 2 });
    expect(await store.commit(1, [[{ kind: 'remove-node', node: 'x' }]])).toMatchObject({ done: false, missed: [{ revision: 2 }] });
    await store.close();
  });
});
