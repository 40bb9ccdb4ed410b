import { buildEtag } from '#libs/http';
import { isVisible } from '../access.js';
import type { Tag } from '../tags/tag.schema.js';
import type { Viewer } from '../users/account.js';
import type { Article } from './article.schema.js';

const STAMPS = ['state', 'created_by', 'modified_by', 'created_on', 'modified_on', 'version'] as const;

const SUMMARY_COLUMNS = [
  ...['id', 'tag_id', 'title', 'slug', '`desc`', 'cover_image_url', ...STAMPS].map((name) => `a.${name}`),
  't.name AS tag_name',
  ...STAMPS.map((name) => `t.${name} AS tag_${name}`),
].join(', ');

/** Articles of old may be filed under tags that are deleted: they have none then. */
const FROM = 'FROM blog_article a LEFT JOIN blog_tag t ON t.id = a.tag_id AND t.deleted_on = 0';

/** Reads articles without their content; a condition follows. */
export const SELECT_SUMMARIES = `SELECT ${SUMMARY_COLUMNS} ${FROM} WHERE`;

/** Reads whole articles; a condition follows. */
export const SELECT_ARTICLES = `SELECT ${SUMMARY_COLUMNS}, a.content ${FROM} WHERE`;

/** Reads whole articles, and when they were deleted; a condition follows. */
export const SELECT_ARTICLE_ROWS = `SELECT ${SUMMARY_COLUMNS}, a.content, a.deleted_on ${FROM} WHERE`;

/** Counts articles; a condition follows. */
export const COUNT_ARTICLES = 'SELECT COUNT(*) AS total FROM blog_article a WHERE';

type TagColumns = Omit<Tag, 'id'>;

/** An article's columns and those of its tag, as the queries above give them. */
export type SummaryRow = Omit<Article, 'tag' | 'content'> & {
  [Field in keyof TagColumns as `tag_${Field}`]: Tag[Field] | null;
};

export type ArticleRow = SummaryRow & Pick<Article, 'content'>;

/** An article without its content, with its tag if the viewer may see that. */
export function toSummary(row: SummaryRow, viewer: Viewer): Omit<Article, 'content'> {
  return {
    id: row.id,
    tag_id: row.tag_id,
    tag: toTag(row, viewer),
    title: row.title,
    slug: row.slug,
    desc: row.desc,
    cover_image_url: row.cover_image_url,
    state: row.state,
    created_by: row.created_by,
    modified_by: row.modified_by,
    created_on: row.created_on,
    modified_on: row.modified_on,
    version: row.version,
  };
}

/** A whole article, likewise. */
export function toArticle(row: ArticleRow, viewer: Viewer): Article {
  return { ...toSummary(row, viewer), content: row.content };
}

function toTag(row: SummaryRow, viewer: Viewer): Tag | null {
  if (row.tag_name === null) return null;
  const tag = {
    id: row.tag_id,
    name: row.tag_name,
    state: row.tag_state!,
    created_by: row.tag_created_by!,
    modified_by: row.tag_modified_by!,
    created_on: row.tag_created_on!,
    modified_on: row.tag_modified_on!,
    version: row.tag_version!,
  };
  return isVisible(viewer, tag) ? tag : null;
}

/** The entity tag of an article: it changes with each version of the article and of the tag that is shown with it. */
export function articleEtag({ id, version, tag }: Pick<Article, 'id' | 'version' | 'tag'>): string {
  return buildEtag(id, version, tag?.version ?? 'x');
}
