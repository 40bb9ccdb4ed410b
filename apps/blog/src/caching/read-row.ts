import { loadArticle } from '../articles/article.load.js';
import type { BlogParts } from '../parts.js';
import { loadTag } from '../tags/tag.load.js';
import type { Viewer } from '../users/account.js';
import type { Representation } from './cached-reads.js';
import type { WantedRow } from './wanted.js';

const LOAD = { articles: loadArticle, tags: loadTag } as const;

/**
 * Reads a row through the cache.
 *
 * @returns undefined when there is none that the viewer may see, or none new enough
 */
export async function readRow(
  { reads, database }: Pick<BlogParts, 'reads' | 'database'>,
  { kind, id, key, minVersion }: WantedRow,
  viewer: Viewer,
): Promise<Representation | undefined> {
  const found = await reads.row(key, minVersion, viewer, (who) => LOAD[kind](database, id, who));
  return found && found.version >= minVersion ? found : undefined;
}
