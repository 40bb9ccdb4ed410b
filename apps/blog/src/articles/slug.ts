const SLUG_MAX = 100;

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

/** The first of `slug`, `slug-2`, `slug-3`, ... that is not taken. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  let number = 2;
  while (taken.has(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}
