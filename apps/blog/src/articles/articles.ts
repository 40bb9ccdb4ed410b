import type { EntityManager } from 'typeorm';
import { Problem, requireMatch } from '#libs/http';
import type { Clock } from '#libs/time';
import { allOf, equals, requireMine, visibleTo, type Change, type Condition } from '../access.js';
import type { CachedReads } from '../caching/cached-reads.js';
import { articleChange, tagKey } from '../caching/keys.js';
import type { Publisher, Tell } from '../caching/publisher.js';
import { readRow } from '../caching/read-row.js';
import { isUniqueViolation, type AtEnd, type Database } from '../database/database.js';
import { insertRow, insertRowHolding, type Columns } from '../database/rows.js';
import { pickFields } from '../lists/fields.js';
import { KeptSources } from '../lists/kept-sources.js';
import { mapList, type List, type Lists, type ListSource } from '../lists/list.js';
import { BLOG_PROBLEMS } from '../problems.js';
import { requireTag } from '../tags/tag.query.js';
import type { Tag } from '../tags/tag.schema.js';
import type { User, Viewer } from '../users/account.js';
import { firstStamp, nothingAlongside, stampOf, writeNext, type Alongside } from '../writes.js';
import {
  articleEtag,
  COUNT_ARTICLES,
  SELECT_ARTICLES,
  SELECT_SUMMARIES,
  toArticle,
  toSummary,
  type ArticleRow,
  type SummaryRow,
} from './article.query.js';
import type { Article, ArticleInput, ArticlePatch, ArticleQuery } from './article.schema.js';
import { addToSearch, findFreeSlug, findRow, updateSearch, type StoredArticle } from './article.store.js';
import { buildPhrase } from './bigrams.js';
import { buildSlug, randomSlug, slugCandidates } from './slug.js';

type Candidates = (slug: string) => string[];

/** Which slugs are tried, one after the other, when others take those that were found. */
const SLUG_ATTEMPTS: readonly Candidates[] = [slugCandidates, slugCandidates, randomSlug];

export interface ArticlesOptions {
  readonly database: Database;
  readonly reads: CachedReads;
  readonly publisher: Publisher;
  readonly lists: Lists;
  readonly clock: Clock;
}

/** What a client decides of an article. */
type Fields = Pick<Article, 'tag_id' | 'title' | 'desc' | 'content' | 'cover_image_url' | 'state'>;

export class Articles {
  private readonly sources = new KeptSources<ArticleQuery>((query, viewer) => this.sourceOf(query, viewer));

  constructor(private readonly options: ArticlesOptions) {}

  /** The articles that a viewer may see, page by page or from a cursor on. Without their content, unless it is asked for. */
  async list(query: ArticleQuery, viewer: Viewer): Promise<List<Partial<Article>>> {
    const list = await this.options.lists.read<SummaryRow>(this.sources.of(query, viewer), query);
    const { fields } = query;
    if (!fields) return mapList(list, (row) => toSummary(row, viewer));
    return mapList(list as List<ArticleRow>, (row) => pickFields(toArticle(row, viewer), fields));
  }

  private sourceOf({ tag_id, state, created_by, q, fields }: ArticleQuery, viewer: Viewer): ListSource {
    const where = allOf([
      visibleTo(viewer, 'a'),
      ...equals('a.tag_id', tag_id),
      ...equals('a.state', state),
      ...equals('a.created_by', created_by),
      ...this.holds(q),
    ]);
    const whole = fields?.includes('content') ?? false;
    const select = whole ? SELECT_ARTICLES : SELECT_SUMMARIES;
    const filters = { tag_id, state, created_by, q };
    return { name: 'articles', table: 'a', select, count: COUNT_ARTICLES, where, filters };
  }

  /** @throws Problem when there is no such tag */
  async create(input: ArticleInput, user: User, alongside: Alongside<Article> = nothingAlongside): Promise<Article> {
    const fields = { ...fieldsOf(input), ...firstStamp(stampOf(user, this.options.clock)) };
    const known = await this.recallTag(fields.tag_id, user);
    // Most titles are new: their own slug is taken without a look.
    const attempts = [(slug: string) => [slug], ...SLUG_ATTEMPTS];
    return this.write(attempts, async (manager, candidates, tell, atEnd) => {
      const slug = await findFreeSlug(manager, candidates(buildSlug(fields.title)));
      const { id, tag } = await this.insert(manager, { ...fields, slug }, user, known);
      addToSearch(atEnd, this.options.database.dialect, id, fields);
      // In the order of a read, which has the same entity tag: to the octet.
      const { tag_id, title, content, desc, cover_image_url, ...rest } = fields;
      const article = { id, tag_id, tag, title, slug, desc, cover_image_url, ...rest, content };
      tell(articleChange(id, 1));
      await alongside(manager, article);
      return article;
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

  /** Deletes an article: it is gone for everybody, and can be restored. @throws Problem when it may not be deleted */
  async remove(id: number, change: Change): Promise<void> {
    await this.options.publisher.write(async (manager, tell) => {
      const row = await findForChange(manager, id, change);
      const stamp = stampOf(change.user, this.options.clock);
      await writeNext(manager, 'blog_article', row, change.user, { deleted_on: stamp.modified_on, ...stamp });
      tell(articleChange(id, row.version + 1));
    });
  }

  /**
   * Brings a deleted article back, with another slug if its own is taken by now. One that lives stays as it is.
   *
   * @throws Problem when its tag is deleted
   */
  restore(id: number, user: User): Promise<Article> {
    return this.write(SLUG_ATTEMPTS, async (manager, candidates, tell) => {
      const row = await findRow(manager, id, user);
      requireMine(user, row);
      if (row.deleted_on === 0) return toArticle(row, user);
      await this.requireLiveTag(manager, row.tag_id);
      const slug = await findFreeSlug(manager, [row.slug, ...candidates(buildSlug(row.title))]);
      const changed = { slug, ...stampOf(user, this.options.clock) };
      await writeNext(manager, 'blog_article', row, user, { ...changed, deleted_on: 0 });
      tell(articleChange(id, row.version + 1));
      return { ...toArticle(row, user), ...changed, version: row.version + 1 };
    });
  }

  private change(id: number, change: Change, toFields: (row: ArticleRow) => Fields): Promise<Article> {
    const { user } = change;
    return this.options.publisher.write(async (manager, tell) => {
      const row = await findForChange(manager, id, change);
      const fields = toFields(row);
      const before = toArticle(row, user);
      const moved = fields.tag_id !== row.tag_id;
      const tag = moved ? await this.requireTag(manager, fields.tag_id, user) : before.tag;
      const changed = { ...fields, ...stampOf(user, this.options.clock) };
      await writeNext(manager, 'blog_article', row, user, changed);
      await updateSearch(manager, this.options.database.dialect, id, [row, fields]);
      tell(articleChange(id, row.version + 1));
      return { ...before, ...changed, tag, version: row.version + 1 };
    });
  }

  /** A tag that the user sees, as it was a moment ago. */
  private async recallTag(id: number, user: User): Promise<Tag | undefined> {
    const found = await readRow(this.options, { kind: 'tags', id, key: tagKey(id), minVersion: 0 }, user);
    return found && (JSON.parse(found.body.toString()) as Tag);
  }

  /**
   * Adds an article under a tag that stays as it is until the transaction ends. To read and lock the tag first costs another way to the store
   * and back, so that is done only when the tag has changed since it was read.
   *
   * @throws Problem when there is no such tag
   */
  private async insert(manager: EntityManager, row: Fields & Columns, user: User, known: Tag | undefined) {
    const { dialect } = this.options.database;
    const held = known && { table: 'blog_tag', column: 'tag_id', version: known.version };
    const id = held && (await insertRowHolding(manager, dialect, 'blog_article', [row, held]));
    if (id !== undefined) return { id, tag: known! };
    const tag = await this.requireTag(manager, row.tag_id, user);
    return { id: await insertRow(manager, 'blog_article', row), tag };
  }

  private requireTag(manager: EntityManager, id: number, user: User): Promise<Tag> {
    return requireTag(manager, id, user, this.options.database.dialect.lockForRead);
  }

  private async requireLiveTag(manager: EntityManager, id: number): Promise<void> {
    const sql = `SELECT id FROM blog_tag WHERE id = ? AND deleted_on = 0${this.options.database.dialect.lockForRead}`;
    const found = (await manager.query(sql, [id])) as unknown[];
    if (found.length === 0) throw new Problem(BLOG_PROBLEMS.tagDeleted, { detail: `restore the tag ${id} first` });
  }

  /** The condition that an article holds a text, if one is looked for. */
  private holds(text: string | undefined): Condition[] {
    if (text === undefined) return [];
    const found = `SELECT rowid FROM blog_article_search WHERE ${this.options.database.dialect.matchesPhrase}`;
    return [{ sql: `a.id IN (${found})`, values: [buildPhrase(text)] }];
  }

  /**
   * Runs a write that takes a slug. The unique index decides who gets one, and who was too late looks for another: among
   * those with numbers at first, and then for one that nobody else will look for.
   */
  private async write<T>(
    attempts: readonly Candidates[],
    work: (manager: EntityManager, candidates: Candidates, tell: Tell, atEnd: AtEnd) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const candidates = attempts[attempt]!;
      try {
        return await this.options.publisher.write((manager, tell, atEnd) => work(manager, candidates, tell, atEnd));
      } catch (error) {
        if (attempt + 1 === attempts.length || !isUniqueViolation(error)) throw error;
      }
    }
  }
}

/** Only what a client decides: what else the body held is left behind. */
function fieldsOf({ tag_id, title, desc, content, cover_image_url, state }: ArticleInput): Fields {
  return { tag_id, title, desc, content, cover_image_url, state };
}

async function findForChange(manager: EntityManager, id: number, { ifMatch, user }: Change): Promise<StoredArticle> {
  const row = await findRow(manager, id, user);
  if (row.deleted_on !== 0) throw new Problem(BLOG_PROBLEMS.noSuchArticle);
  requireMine(user, row);
  requireMatch(ifMatch, articleEtag(toArticle(row, user)));
  return row;
}
