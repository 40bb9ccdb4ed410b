import { z } from 'zod';
import { digits } from '#libs/http';

/** The largest id that the tables hold. */
const MAX_ID = 4_294_967_295;

// oxlint-disable-next-line no-control-regex -- they are what is refused
const NO_CONTROL = /^[^\u0000-\u001f\u007f]*$/;
// oxlint-disable-next-line no-control-regex
const NO_NUL = /^[^\u0000]*$/;

/** Unpaired surrogates cannot be stored: what is read back would not be what was sent. */
function wellFormed(value: string): boolean {
  return value.isWellFormed();
}

/** Text of one line. Lengths count code points, as the stores do. */
export function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(NO_CONTROL, 'must not hold control characters')
    .refine(wellFormed, 'must be well-formed Unicode');
}

/** Text of one line that is not blank; kept in NFC and without blanks around it. */
export function title(max: number) {
  return line(max)
    .min(1)
    .regex(/\S/, 'must not be blank')
    .transform((value) => value.normalize('NFC').trim())
    .refine((value) => Array.from(value).length <= max, `is longer than ${max} characters in Unicode's form NFC`);
}

/** Text of many lines. */
export function prose(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(NO_NUL, 'must not hold U+0000')
    .refine(wellFormed, 'must be well-formed Unicode');
}

export const id = z.int().min(1).max(MAX_ID);

/** 1, or 0 when only its author and admins see it. */
export const state = z.int().min(0).max(1).describe('1, or 0: only its author and admins see it.');

/** Seconds since 1970. */
export const unixSeconds = z.int().min(0);

/** The id in a path. */
export const idParameter = z.strictObject({ id: digits(id) });

export type IdParameter = z.output<typeof idParameter>;

/**
 * A text that a list is filtered by. Longer ones match nothing that is stored; the links to other pages repeat them, and
 * many clients read no more than 16 KiB of headers.
 */
export function filterText(max: number) {
  return z.string().max(max).optional();
}

/** Names of users, also of old ones: the Gin blog allowed 100 characters. */
export const createdByFilter = filterText(100);

/** A query without any parameter. */
export const noQuery = z.strictObject({});

/** Fields that a body may carry and that are taken from the token instead. */
export const ignoredFields = {
  created_by: z.unknown().optional().describe('Ignored: it is the user of the token.'),
  modified_by: z.unknown().optional().describe('Ignored: it is the user of the token.'),
};

/** Fields of every answer about a tag or an article. */
export const stampFields = {
  state,
  created_by: z.string(),
  modified_by: z.string(),
  created_on: unixSeconds,
  modified_on: unixSeconds,
  version: z.int().min(1),
};
