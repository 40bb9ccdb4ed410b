import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { WriterThread } from './writer-thread.js';

describe('WriterThread', () => {
  let folder: ReturnType<typeof tempFolder>;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder.remove());

  it('closes though it died long ago, and tells those who commit', async () => {
    const writer = new WriterThread({ file: join(folder.path, 'nowhere', 'registry.sqlite'), keep: 1, schema: 1 });
    await expect(writer.ready()).rejects.toMatchObject({
      reason: 'failed',
      message: expect.stringContaining('the writer died: '),
    });
    await expect(writer.commit(0, { changes: [], sizes: [], rows: [] })).rejects.toMatchObject({ reason: 'failed' });
    await writer.close();
    await writer.close();
  });
});
