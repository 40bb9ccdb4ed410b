import { z } from 'zod';
import { cursorPageOf, cursorParameter, digits, pageOf, pageParameters } from '#libs/http';
import { createdByFilter, id, ignoredFields, line, prose, stampFields, state, title } from '../fields.js';
import { fieldsParameter } from '../lists/fields.js';
import { eitherPageOrCursor } from '../lists/list.query.js';
import { sortParameter } from '../lists/sort.js';
import { tagSchema } from '../tags/tag.schema.js';

const TITLE_MAX = 100;
const DESC_MAX = 255;
const CONTENT_MAX = 65_535;
const URL_MAX = 255;

/** A picture elsewhere or on this host, or none: nothing that a browser would run, such as `javascript:`. */
const url = line(URL_MAX).regex(/^(https?:\/\/\S+|\/\S*)?$/, 'must be an http or https URL, a path, or empty');

const fields = {
  tag_id: id.describe('The tag that it is filed under.'),
  title: title(TITLE_MAX),
  desc: line(DESC_MAX).describe('What it is about, in a sentence or two.'),
  content: prose(CONTENT_MAX),
  cover_image_url: url,
};

const answered = {
  id,
  tag_id: id,
  tag: tagSchema.nullable().describe('null when the tag is hidden from whoever asks.'),
  title: z.string(),
  slug: z.string().describe('The title as a part of an address; stays when the title changes.'),
  desc: z.string(),
  cover_image_url: z.string(),
  ...stampFields,
};

const EXAMPLE = {
  id: 1,
  tag_id: 1,
  tag: null,
  title: 'Hello, world',
  slug: 'hello-world',
  desc: '',
  cover_image_url: '',
  state: 1,
  created_by: 'admin',
  modified_by: 'admin',
  created_on: 1767225600,
  modified_on: 1767225600,
  version: 1,
};

const whole = { ...answered, content: z.string() };

/** An article as it is answered. */
export const articleSchema = z.object(whole).meta({ id: 'Article', examples: [{ ...EXAMPLE, content: 'Hello.' }] });

/** An article in a list: all but its content, or the fields that were asked for. */
export const articleItem = z
  .object(whole)
  .partial()
  .meta({ id: 'ArticleItem', examples: [EXAMPLE] });

/** The whole of an article as it is sent. */
export const articleInput = z
  .strictObject({
    ...fields,
    desc: fields.desc.default(''),
    cover_image_url: url.default(''),
    state: state.default(1),
    ...ignoredFields,
  })
  .meta({ id: 'ArticleInput', examples: [{ tag_id: 1, title: 'Hello, world', content: 'Hello.' }] });

/** A merge patch (RFC 7396) of an article: null takes a field back to its default. */
export const articlePatch = z
  .strictObject({
    tag_id: fields.tag_id.optional(),
    title: fields.title.optional(),
    desc: fields.desc.nullish(),
    content: fields.content.optional(),
    cover_image_url: url.nullish(),
    state: state.nullish(),
    ...ignoredFields,
  })
  .meta({ id: 'ArticlePatch', examples: [{ title: 'Hello again' }] });

/** What the shortest word of Chinese has. */
const SEARCH_MIN = 2;
const SEARCH_MAX = 100;

export const articleQuery = eitherPageOrCursor(
  z.strictObject({
    ...pageParameters,
    cursor: cursorParameter,
    tag_id: digits(id.optional()),
    state: digits(state.optional()),
    created_by: createdByFilter,
    q: z
      .string()
      .min(SEARCH_MIN)
      .max(SEARCH_MAX)
      .optional()
      .describe('Articles whose title, desc or content holds this text, letter case aside.'),
    sort: sortParameter(['id', 'title', 'created_on', 'modified_on'], '-created_on'),
    fields: fieldsParameter(articleSchema.keyof().options),
  }),
);

export const articleList = z.union([
  pageOf(articleItem).meta({ id: 'ArticlePage' }),
  cursorPageOf(articleItem).meta({ id: 'ArticleCursorPage' }),
]);

export type Article = z.output<typeof articleSchema>;
export type ArticleInput = z.output<typeof articleInput>;
export type ArticlePatch = z.output<typeof articlePatch>;
export type ArticleQuery = z.output<typeof articleQuery>;
