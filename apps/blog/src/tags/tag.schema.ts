import { z } from 'zod';
import { cursorPageOf, cursorParameter, digits, pageOf, pageParameters } from '#libs/http';
import { createdByFilter, filterText, id, ignoredFields, stampFields, state, title } from '../fields.js';
import { fieldsParameter } from '../lists/fields.js';
import { eitherPageOrCursor } from '../lists/list.query.js';
import { sortParameter } from '../lists/sort.js';

const NAME_MAX = 100;
/** More than a name has, as it may come with its accents as characters of their own. */
const NAME_FILTER_MAX = 200;
const name = title(NAME_MAX).describe('Unique among the tags, letter case included.');

const EXAMPLE = {
  id: 1,
  name: 'go',
  state: 1,
  created_by: 'admin',
  modified_by: 'admin',
  created_on: 1767225600,
  modified_on: 1767225600,
  version: 1,
};

const answered = { id, name: z.string(), ...stampFields };

/** A tag as it is answered. */
export const tagSchema = z.object(answered).meta({ id: 'Tag', examples: [EXAMPLE] });

/** A tag in a list: whole, or with the fields that were asked for. */
export const tagItem = z
  .object(answered)
  .partial()
  .meta({ id: 'TagItem', examples: [EXAMPLE] });

/** The whole of a tag as it is sent. */
export const tagInput = z
  .strictObject({ name, state: state.default(1), ...ignoredFields })
  .meta({ id: 'TagInput', examples: [{ name: 'go' }] });

/** A merge patch (RFC 7396) of a tag: null takes a field back to its default. */
export const tagPatch = z
  .strictObject({ name: name.optional(), state: state.nullish(), ...ignoredFields })
  .meta({ id: 'TagPatch', examples: [{ state: 0 }] });

export const tagQuery = eitherPageOrCursor(
  z.strictObject({
    ...pageParameters,
    cursor: cursorParameter,
    name: filterText(NAME_FILTER_MAX).describe('Exactly this name.'),
    state: digits(state.optional()),
    created_by: createdByFilter,
    sort: sortParameter(['id', 'name', 'created_on', 'modified_on'], 'id'),
    fields: fieldsParameter(tagSchema.keyof().options),
  }),
);

export const tagList = z.union([
  pageOf(tagItem).meta({ id: 'TagPage' }),
  cursorPageOf(tagItem).meta({ id: 'TagCursorPage' }),
]);

export type Tag = z.output<typeof tagSchema>;
export type TagInput = z.output<typeof tagInput>;
export type TagPatch = z.output<typeof tagPatch>;
export type TagQuery = z.output<typeof tagQuery>;
