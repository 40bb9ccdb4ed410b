import { z } from 'zod';
import { digits, Problem } from '#libs/http';
import { BLOG_PROBLEMS } from './problems.js';

const MAX_VERSION = 4_294_967_295;

/** The query of a read of one thing. */
export const readQuery = z.strictObject({
  min_version: digits(
    z
      .int()
      .min(1)
      .max(MAX_VERSION)
      .optional()
      .describe('Not an older version than this one: 409 if there is none yet.'),
  ),
});

export type ReadQuery = z.output<typeof readQuery>;

/** @throws Problem 409 when what was read is older than what is asked for */
export function requireVersion({ version }: { readonly version: number }, { min_version = 0 }: ReadQuery): void {
  if (version >= min_version) return;
  throw new Problem(BLOG_PROBLEMS.olderVersion, {
    detail: `it is version ${version}`,
    headers: { 'retry-after': '1' },
  });
}
