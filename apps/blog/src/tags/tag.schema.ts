import { z } from 'zod';
import { digits, pageOf, pageParameters } from '#libs/http';
import { id, ignoredFields, stampFields, state, title } from '../fields.js';

const NAME_MAX = 100;
const name = title(NAME_MAX).describe('Unique among the tags, letter case included.');

/** A tag as it is answered. */
export const tagSchema = z.object({ id, name: z.string(), ...stampFields }).meta({
  id: 'Tag',
  examples: [
    {
      id: 1,
      name: 'go',
      state: 1,
      created_by: 'admin',
      modified_by: 'admin',
      created_on: 1767225600,
      modified_on: 1767225600,
      version: 1,
    },
  ],
});

/** The whole of a tag as it is sent. */
export const tagInput = z
  .strictObject({ name, state: state.default(1), ...ignoredFields })
  .meta({ id: 'TagInput', examples: [{ name: 'go' }] });

/** A merge patch (RFC 7396) of a tag: null takes a field back to its default. */
export const tagPatch = z
  .strictObject({ name: name.optional(), state: state.nullish(), ...ignoredFields })
  .meta({ id: 'TagPatch', examples: [{ state: 0 }] });

export const tagQuery = z.strictObject({
  ...pageParameters,
  name: z.string().optional().describe('Exactly this name.'),
  state: digits(state.optional()),
  created_by: z.string().optional(),
});

export const tagPage = pageOf(tagSchema).meta({ id: 'TagPage' });

export type Tag = z.output<typeof tagSchema>;
export type TagInput = z.output<typeof tagInput>;
export type TagPatch = z.output<typeof tagPatch>;
export type TagQuery = z.output<typeof tagQuery>;
