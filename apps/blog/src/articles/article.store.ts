import type { EntityManager } from 'typeorm';
import { Problem } from '#libs/http';
import { isVisible } from '../access.js';
import type { AtEnd, Dialect } from '../database/database.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { User } from '../users/account.js';
import { SELECT_ARTICLE_ROWS, type ArticleRow } from './article.query.js';
import { buildBigrams } from './bigrams.js';
import { freeSlug } from './slug.js';

/** An article, deleted or not: `deleted_on` is 0 while it lives. */
export type StoredArticle = ArticleRow & { readonly deleted_on: number };

type Text = Pick<ArticleRow, 'title' | 'desc' | 'content'>;

/** An article that the user may see, or could before it was deleted. @throws Problem when there is none */
export async function findRow(manager: EntityManager, id: number, user: User): Promise<StoredArticle> {
  const [row] = (await manager.query(`${SELECT_ARTICLE_ROWS} a.id = ?`, [id])) as StoredArticle[];
  if (!row || !isVisible(user, row)) throw new Problem(BLOG_PROBLEMS.noSuchArticle);
  return row;
}

/** The first of the candidates that no live article has, or the only one. Another transaction may take it before this one ends. */
export async function findFreeSlug(manager: EntityManager, candidates: readonly string[]): Promise<string> {
  if (candidates.length === 1) return candidates[0]!;
  const places = candidates.map(() => '?').join(', ');
  const sql = `SELECT live_slug AS slug FROM blog_article WHERE live_slug IN (${places})`;
  const taken = (await manager.query(sql, [...candidates])) as { slug: string }[];
  return freeSlug(candidates, new Set(taken.map(({ slug }) => slug)));
}

/** Makes the text of a new article be found. */
export function addToSearch(atEnd: AtEnd, { insertSearch }: Dialect, id: number, { title, desc, content }: Text): void {
  atEnd(insertSearch, [id, buildBigrams(title, desc, content)]);
}

/** Makes the text of an article be found as it is now. */
export async function updateSearch(
  manager: EntityManager,
  { lockSearch }: Dialect,
  id: number,
  [before, now]: readonly [Text, Text],
): Promise<void> {
  const bigrams = buildBigrams(now.title, now.desc, now.content);
  if (bigrams === buildBigrams(before.title, before.desc, before.content)) return;
  if (lockSearch !== undefined) await manager.query(lockSearch);
  await manager.query('UPDATE blog_article_search SET bigrams = ? WHERE rowid = ?', [bigrams, id]);
}
