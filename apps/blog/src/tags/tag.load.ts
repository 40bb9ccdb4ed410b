import type { Entry } from '#libs/cache';
import { isVisible } from '../access.js';
import { toEntry } from '../caching/cached-reads.js';
import type { Database } from '../database/database.js';
import type { Viewer } from '../users/account.js';
import { SELECT_TAG_ROWS, tagEtag, type TagRow } from './tag.query.js';

const SELECT_ONE = `${SELECT_TAG_ROWS} id = ?`;

/** Reads a tag as a viewer sees it: of one that they may not see, nothing but its version. */
export async function loadTag(database: Database, id: number, viewer: Viewer): Promise<Entry> {
  const [row] = await database.select<TagRow>(SELECT_ONE, [id]);
  if (!row || row.deleted_on !== 0 || !isVisible(viewer, row)) {
    return { version: row?.version ?? 0, body: undefined, etag: '' };
  }
  const { deleted_on: _, ...tag } = row;
  return toEntry(tag.version, tagEtag(tag), tag);
}
