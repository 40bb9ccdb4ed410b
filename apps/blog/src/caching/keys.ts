import type { Invalidation, Query } from '#libs/cache';
import type { Viewer } from '../users/account.js';

/**
 * What an answer hangs on besides its own row, by name:
 *
 * - `articles`, `tags`: the lists of that resource, which end with every write to it;
 * - `shown-tags`: whatever shows a tag, which ends with every change of one.
 */
type Generation = 'articles' | 'tags' | 'shown-tags';

/** What tags that are new, whose ids are not known, make out of date: lists of them, and that there was none by some id. */
export const NEW_TAGS: Invalidation = { rows: [], generations: ['tags', 'shown-tags'] };

/** Ends whatever there is: each entry belongs to one of them. */
export const EVERYTHING: Invalidation = { rows: [], generations: ['articles', 'tags', 'shown-tags'] };

/** What a key looks like: what an operator may ask for. */
const KEY =
  /^(?:article|tag):[1-9]\d{0,9}$|^list:(?:everybody|admins|author-[a-z0-9._-]{1,50}):\/api\/v1\/(?:articles|tags)/;

export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** Longer addresses than this are read from the database each time. */
const LONGEST_URL = 1_024;

/** The key of an article, of which only what everybody may see is kept. */
export function articleKey(id: number): string {
  return `article:${id}`;
}

/** The same of a tag. */
export function tagKey(id: number): string {
  return `tag:${id}`;
}

/**
 * The key of a list as a viewer sees it. An address that is spelt differently is another key: its links are spelt so too.
 *
 * @param url path and query as they were sent
 * @returns undefined for an address that is too long to be kept
 */
export function listKey(url: string, viewer: Viewer): string | undefined {
  return url.length > LONGEST_URL ? undefined : `list:${audienceOf(viewer)}:${url}`;
}

/** Those who see the same lists: everybody without a token, admins, or one author, who sees what is hidden of theirs. */
function audienceOf(viewer: Viewer): string {
  if (!viewer) return 'everybody';
  return viewer.role === 'admin' ? 'admins' : `author-${viewer.name}`;
}

/**
 * What the cache is asked for a key.
 *
 * @param minVersion of a row: an older one is not good enough
 */
export function queryOf(key: string, minVersion?: number): Query {
  return { key, within: generationsOf(key), ...(minVersion !== undefined && { minVersion }) };
}

/** To which generations a row, a list of tags and a list of articles belong. */
const ROW: readonly Generation[] = ['shown-tags'];
const TAGS: readonly Generation[] = ['tags'];
const ARTICLES: readonly Generation[] = ['articles', 'shown-tags'];

function generationsOf(key: string): readonly Generation[] {
  if (!key.startsWith('list:')) return ROW;
  return key.includes(':/api/v1/tags') ? TAGS : ARTICLES;
}

/** What a write to an article makes out of date. @param version the one that it has now */
export function articleChange(id: number, version: number): Invalidation {
  return { rows: [{ key: articleKey(id), version }], generations: ['articles'] };
}

/** The same for a tag. One that is new is shown nowhere yet. */
export function tagChange(id: number, version: number): Invalidation {
  const generations: Generation[] = version === 1 ? ['tags'] : ['tags', 'shown-tags'];
  return { rows: [{ key: tagKey(id), version }], generations };
}
