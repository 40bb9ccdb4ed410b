import { buildEtag } from '#libs/http';
import { isVisible } from '../access.js';
import type { Tag } from '../tags/tag.schema.js';
import type { Viewer } from '../users/account.js';
import type { Article, ArticleSummary } from './article.schema.js';

const STAMPS = ['state', 'created_by', 'modified_by', 'created_on', 'modified_on', 'version'] as const;
const TAG_FIELDS = ['id', 'name', ...STAMPS] as const;

const SUMMARY_COLUMNS = [
  ...['id', 'tag_id', 'title', 'slug', '`desc`', 'cover_image_url', ...STAMPS].map((name) => `a.${name}`),
  ...TAG_FIELDS.map((name) => `t.${name} AS tag_${name}_`),
].join(', ');

const FROM = 'FROM blog_article a JOIN blog_tag t ON t.id = a.tag_id';

/** Reads articles without their content; a condition follows. */
export const SELECT_SUMMARIES = `SELECT ${SUMMARY_COLUMNS} ${FROM} WHERE`;

/** Reads whole articles; a condition follows. */
export const SELECT_ARTICLES = `SELECT ${SUMMARY_COLUMNS}, a.content ${FROM} WHERE`;

/** Counts articles; a condition follows. */
export const COUNT_ARTICLES = 'SELECT COUNT(*) AS total FROM blog_article a WHERE';

/** An article's columns and those of its tag, `tag_name_` for its `name`, as the queries above give them. */
export type JoinedRow = Omit<ArticleSummary, 'tag'> & { [Field in keyof Tag as `tag_${Field}_`]: Tag[Field] };

/** The article of a row, with its tag if the viewer may see that. */
export function toArticle<Row extends JoinedRow>(
  row: Row,
  viewer: Viewer,
): Omit<Row, `tag_${keyof Tag}_`> & Pick<Article, 'tag'> {
  const article: Record<string, unknown> = {};
  const tag: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) {
    const field = /^tag_(.+)_$/.exec(column)?.[1];
    if (field) tag[field] = value;
    else article[column] = value;
  }
  const known = tag as Tag;
  return { ...article, tag: isVisible(viewer, known) ? known : null } as ReturnType<typeof toArticle<Row>>;
}

/** The entity tag of an article: it changes with each version of the article and of the tag that is shown with it. */
export function articleEtag({ id, version, tag }: Pick<Article, 'id' | 'version' | 'tag'>): string {
  return buildEtag(id, version, tag?.version ?? 'x');
}
