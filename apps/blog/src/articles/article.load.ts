import type { Entry } from '#libs/cache';
import { isVisible } from '../access.js';
import { PARTIAL, toEntry } from '../caching/cached-reads.js';
import type { Database } from '../database/database.js';
import type { Viewer } from '../users/account.js';
import { articleEtag, SELECT_ARTICLE_ROWS, toArticle } from './article.query.js';
import type { StoredArticle } from './article.store.js';

/** One text each time: the database knows its statements by them. */
const SELECT_ONE = `${SELECT_ARTICLE_ROWS} a.id = ?`;

/** Reads an article as a viewer sees it: of one that they may not see, nothing but its version. */
export async function loadArticle(database: Database, id: number, viewer: Viewer): Promise<Entry> {
  const [row] = await database.select<StoredArticle>(SELECT_ONE, [id]);
  if (!row || row.deleted_on !== 0 || !isVisible(viewer, row)) {
    return { version: row?.version ?? 0, body: undefined, etag: '' };
  }
  const article = toArticle(row, viewer);
  const hidesTag = article.tag === null && row.tag_name !== null;
  return toEntry(row.version, articleEtag(article), article, hidesTag ? PARTIAL : undefined);
}
