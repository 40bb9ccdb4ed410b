import { z } from 'zod';
import { digits, pageOf, pageParameters } from '#libs/http';
import { id, ignoredFields, line, prose, stampFields, state, title } from '../fields.js';
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

/** An article in a list: all but its content. */
export const articleSummary = z.object(answered).meta({ id: 'ArticleSummary', examples: [EXAMPLE] });

/** An article as it is answered. */
export const articleSchema = z
  .object({ ...answered, content: z.string() })
  .meta({ id: 'Article', examples: [{ ...EXAMPLE, content: 'Hello.' }] });

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

export const articleQuery = z.strictObject({
  ...pageParameters,
  tag_id: digits(id.optional()),
  state: digits(state.optional()),
  created_by: z.string().optional(),
});

export const articlePage = pageOf(articleSummary).meta({ id: 'ArticlePage' });

export type Article = z.output<typeof articleSchema>;
export type ArticleSummary = z.output<typeof articleSummary>;
export type ArticleInput = z.output<typeof articleInput>;
export type ArticlePatch = z.output<typeof articlePatch>;
export type ArticleQuery = z.output<typeof articleQuery>;
