import type { z } from 'zod';

/** The query of a list, in which `page` and `cursor` exclude each other. */
export function eitherPageOrCursor<Query extends z.ZodType<{ page: number; cursor?: string | undefined }>>(
  query: Query,
) {
  return query.refine(({ page, cursor }) => cursor === undefined || page === 1, {
    path: ['cursor'],
    message: 'goes without page: it says itself where to go on',
  });
}
