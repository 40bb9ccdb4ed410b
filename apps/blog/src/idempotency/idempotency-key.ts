import { HTTP_PROBLEMS, Problem } from '#libs/http';

/** Visible characters of ASCII, without the quotation marks that may stand around them. */
const KEY = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** The header, for `@ApiHeader`. */
export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'A name for this request, chosen by the client and used for it alone: however often it is sent within 24 hours, it is done ' +
    'once and answered alike.',
  schema: { type: 'string', pattern: KEY.source },
} as const;

/**
 * Parses the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a string in quotation marks, as the draft
 * has it, or without them, as most clients send it.
 *
 * @throws Problem 400 when it is neither
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  throw new Problem(HTTP_PROBLEMS.malformedRequest, {
    detail: 'Idempotency-Key must be 1 to 255 visible characters of ASCII',
  });
}
