import type { Answer } from '#libs/cache';

/**
 * Values of the header `Cache-Status` (RFC 9211): whether an answer came from the cache, and from which of the two, the memory of this
 * process or the one that processes share; or from the database, and whether it was kept, or fetched for another request anyway.
 */
const NAME = 'signpost';

/** From the memory of this process. */
export const HIT = `${NAME}; hit; detail=memory`;

const SHARED_HIT = `${NAME}; hit; detail=redis`;

/** Not looked for. */
export const BYPASSED = `${NAME}; fwd=bypass`;

export function buildCacheStatus({ source, stored, joined }: Pick<Answer, 'source' | 'stored' | 'joined'>): string {
  if (source === 'local') return HIT;
  if (source === 'shared') return SHARED_HIT;
  return `${NAME}; fwd=miss${stored ? '; stored' : ''}${joined ? '; collapsed' : ''}`;
}
