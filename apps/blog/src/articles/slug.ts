import { randomBytes } from 'node:crypto';

const SLUG_MAX = 100;
/** So many articles of one title are told apart by a number; those after them by chance. */
const NUMBERED = 9;
const RANDOM_OCTETS = 5;

/**
 * Builds the part of an address that stands for a title: letters and digits of any script in lower case, joined by `-`.
 * 分布式系统实践 stays as it is; a title without any of them becomes `article`.
 */
export function buildSlug(title: string): string {
  const words = title
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? ['article'];
  return Array.from(words.join('-')).slice(0, SLUG_MAX).join('').replace(/-$/, '');
}

/** `slug`, `slug-2`, `slug-3`, ...: those of which an article takes the first that is free. */
export function slugCandidates(slug: string): string[] {
  return Array.from({ length: NUMBERED }, (_, n) => (n === 0 ? slug : `${slug}-${n + 1}`));
}

/** A single candidate that nobody else looks for. */
export function randomSlug(slug: string): string[] {
  return [`${slug}-${randomBytes(RANDOM_OCTETS).toString('hex')}`];
}

/** The first of the candidates that is not taken; if all are, one that hardly can be. */
export function freeSlug(candidates: readonly string[], taken: ReadonlySet<string>): string {
  return candidates.find((slug) => !taken.has(slug)) ?? randomSlug(candidates[0]!)[0]!;
}
