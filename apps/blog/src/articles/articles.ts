import type { EntityManager } from 'typeorm';
import { HTTP_PROBLEMS, Problem, requireMatch, type Page } from '#libs/http';
import type { Clock } from '#libs/time';
import { allOf, equals, isVisible, mayChange, visibleTo, type Change } from '../access.js';
import type { Database } from '../database/database.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { User, Viewer } from '../users/account.js';
import {
  articleEtag,
  COUNT_ARTICLES,
  SELECT_ARTICLES,
  SELECT_SUMMARIES,
  toArticle,
  type JoinedRow,
} from './article.query.js';
import { ArticleRow } from './article.row.js';
import type { Article, ArticleInput, ArticlePatch, ArticleQuery, ArticleSummary } from './article.schema.js';
import { buildSlug, freeSlug } from './slug.js';

export interface ArticlesOptions {
  readonly database: Database;
  readonly clock: Clock;
}

type WholeRow = JoinedRow & { content: string };

/** What a client decides of an article. */
type Fields = Pick<ArticleRow, 'tag_id' | 'title' | 'desc' | 'content' | 'cover_image_url' | 'state'>;

export class Articles {
  constructor(private readonly options: ArticlesOptions) {}

  /** A page of the articles that a viewer may see, newest first. */
  async list(query: ArticleQuery, viewer: Viewer): Promise<Page<ArticleSummary>> {
    const { page, page_size, tag_id, state, created_by } = query;
    const { sql, values } = allOf([
      visibleTo(viewer, 'a'),
      ...equals('a.tag_id', tag_id),
      ...equals('a.state', state),
      ...equals('a.created_by', created_by),
    ]);
    const rows = await this.options.database.select<JoinedRow>(
      `${SELECT_SUMMARIES} ${sql} ORDER BY a.created_on DESC, a.id DESC LIMIT ? OFFSET ?`,
      [...values, page_size, (page - 1) * page_size],
    );
    const [count] = await this.options.database.select<{ total: number }>(`${COUNT_ARTICLES} ${sql}`, values);
    return { items: rows.map((row) => toArticle(row, viewer)), page, page_size, total: count!.total };
  }

  /** @throws Problem when there is none that the viewer may see */
  async read(id: number, viewer: Viewer): Promise<Article> {
    const { sql, values } = visibleTo(viewer, 'a');
    const [row] = await this.options.database.select<WholeRow>(`${SELECT_ARTICLES} a.id = ? AND ${sql}`, [
      id,
      ...values,
    ]);
    if (!row) throw new Problem(BLOG_PROBLEMS.noSuchArticle);
    return toArticle(row, viewer);
  }

  /** @throws Problem when there is no such tag */
  create(input: ArticleInput, user: User): Promise<Article> {
    const now = this.now();
    const stamps = { created_by: user.name, modified_by: user.name, created_on: now, modified_on: now };
    return this.options.database.write(async (manager) => {
      await requireTag(manager, input.tag_id, user);
      const slug = await findFreeSlug(manager, input.title);
      const row = { ...fieldsOf(input), ...stamps, slug, deleted_on: 0, version: 1 };
      const { identifiers } = await manager.insert(ArticleRow, row);
      return find(manager, identifiers[0]!['id'] as number, user);
    });
  }

  /** Replaces the whole of an article. @throws Problem when it may not be changed, or there is no such tag */
  replace(id: number, input: ArticleInput, change: Change): Promise<Article> {
    return this.change(id, change, () => fieldsOf(input));
  }

  /** Applies a merge patch to an article. @throws Problem when it may not be changed, or there is no such tag */
  patch(id: number, patch: ArticlePatch, change: Change): Promise<Article> {
    return this.change(id, change, (article) => ({
      tag_id: patch.tag_id ?? article.tag_id,
      title: patch.title ?? article.title,
      content: patch.content ?? article.content,
      desc: patch.desc === undefined ? article.desc : (patch.desc ?? ''),
      cover_image_url: patch.cover_image_url === undefined ? article.cover_image_url : (patch.cover_image_url ?? ''),
      state: patch.state === undefined ? article.state : (patch.state ?? 1),
    }));
  }

  /** Deletes an article: it is gone for everybody, and can be restored. */
  async remove(id: number, change: Change): Promise<void> {
    await this.options.database.write(async (manager) => {
      const article = await findForChange(manager, id, change);
      await this.update(manager, article, change.user, { deleted_on: this.now() });
    });
  }

  private change(id: number, change: Change, toFields: (article: Article) => Fields): Promise<Article> {
    return this.options.database.write(async (manager) => {
      const article = await findForChange(manager, id, change);
      const fields = toFields(article);
      if (fields.tag_id !== article.tag_id) await requireTag(manager, fields.tag_id, change.user);
      await this.update(manager, article, change.user, fields);
      return find(manager, id, change.user);
    });
  }

  /** Writes the next version of an article, unless somebody else has by now. */
  private async update(
    manager: EntityManager,
    { id, version }: Article,
    user: User,
    fields: Partial<ArticleRow>,
  ): Promise<void> {
    const { affected } = await manager
      .createQueryBuilder()
      .update(ArticleRow)
      .set({ ...fields, modified_by: user.name, modified_on: this.now(), version: version + 1 })
      .where({ id, version, deleted_on: 0 })
      .andWhere(user.role === 'admin' ? '1 = 1' : 'created_by = :name', { name: user.name })
      .execute();
    if (affected !== 1) throw new Problem(HTTP_PROBLEMS.preconditionFailed);
  }

  private now(): number {
    return Math.floor(this.options.clock.now() / 1_000);
  }
}

/** Only what a client decides: what else the body held is left behind. */
function fieldsOf({ tag_id, title, desc, content, cover_image_url, state }: ArticleInput): Fields {
  return { tag_id, title, desc, content, cover_image_url, state };
}

async function find(manager: EntityManager, id: number, viewer: Viewer): Promise<Article> {
  const [row] = (await manager.query(`${SELECT_ARTICLES} a.id = ? AND a.deleted_on = 0`, [id])) as WholeRow[];
  if (!row || !isVisible(viewer, row)) throw new Problem(BLOG_PROBLEMS.noSuchArticle);
  return toArticle(row, viewer);
}

async function findForChange(manager: EntityManager, id: number, { ifMatch, user }: Change): Promise<Article> {
  const article = await find(manager, id, user);
  if (!mayChange(user, article)) throw new Problem(BLOG_PROBLEMS.notYours);
  requireMatch(ifMatch, articleEtag(article));
  return article;
}

/** A tag that is hidden from the user does not exist for them. */
async function requireTag(manager: EntityManager, id: number, user: User): Promise<void> {
  const { sql, values } = visibleTo(user, 'blog_tag');
  const found = (await manager.query(`SELECT id FROM blog_tag WHERE id = ? AND ${sql}`, [id, ...values])) as unknown[];
  if (found.length > 0) return;
  throw new Problem(BLOG_PROBLEMS.unknownTag, { errors: [{ pointer: '#/tag_id', detail: `there is no tag ${id}` }] });
}

async function findFreeSlug(manager: EntityManager, title: string): Promise<string> {
  const slug = buildSlug(title);
  const taken = (await manager.query(
    'SELECT slug FROM blog_article WHERE deleted_on = 0 AND (slug = ? OR slug LIKE ?)',
    [slug, `${slug}-%`],
  )) as { slug: string }[];
  return freeSlug(slug, new Set(taken.map((row) => row.slug)));
}
