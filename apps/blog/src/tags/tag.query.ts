import type { EntityManager } from 'typeorm';
import { buildEtag, Problem } from '#libs/http';
import { visibleTo } from '../access.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { User } from '../users/account.js';
import type { Tag } from './tag.schema.js';

const COLUMNS = 'id, name, state, created_by, modified_by, created_on, modified_on, version';

/** A tag, deleted or not: `deleted_on` is 0 while it lives. */
export type TagRow = Tag & { readonly deleted_on: number };

/** Reads tags; a condition follows. */
export const SELECT_TAGS = `SELECT ${COLUMNS} FROM blog_tag WHERE`;

/** Reads tags, and when they were deleted; a condition follows. */
export const SELECT_TAG_ROWS = `SELECT ${COLUMNS}, deleted_on FROM blog_tag WHERE`;

/** Counts tags; a condition follows. */
export const COUNT_TAGS = 'SELECT COUNT(*) AS total FROM blog_tag WHERE';

/** The entity tag of a tag: it changes with each version. */
export function tagEtag({ id, version }: Pick<Tag, 'id' | 'version'>): string {
  return buildEtag(id, version);
}

/**
 * Finds the tag that an article is to be filed under. It stays as it is until the transaction ends.
 *
 * @param lock `lockForRead` of the store
 * @throws Problem when there is none; one that is hidden from the user does not exist for them
 */
export async function requireTag(manager: EntityManager, id: number, user: User, lock: string): Promise<Tag> {
  const { sql, values } = visibleTo(user, 'blog_tag');
  const [tag] = (await manager.query(`${SELECT_TAGS} id = ? AND ${sql}${lock}`, [id, ...values])) as Tag[];
  if (tag) return tag;
  throw new Problem(BLOG_PROBLEMS.unknownTag, { errors: [{ pointer: '#/tag_id', detail: `there is no tag ${id}` }] });
}
