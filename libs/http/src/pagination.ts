import { z } from 'zod';

export const DEFAULT_PAGE_SIZE = 10;
export const MAX_PAGE_SIZE = 100;
const MAX_PAGE = 1_000_000;

/**
 * A whole number in a query or a path. Zod's own coercion takes `''` as 0 and `0x10` as 16; here digits are a number, and
 * all else is left as it is and refused.
 *
 * @param inner the rule for the number; a default stands in it, so that the documentation shows it
 */
export function digits<Inner extends z.ZodType>(inner: Inner) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    inner,
  );
}

/** The parameters of a list that is read page by page. */
export const pageParameters = {
  page: digits(z.int().min(1).max(MAX_PAGE).default(1).describe('Which page, from 1.')),
  page_size: digits(
    z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE).describe('How many items a page has.'),
  ),
};

export interface PageRequest {
  readonly page: number;
  readonly page_size: number;
}

export interface Page<Item> extends PageRequest {
  readonly items: readonly Item[];
  /** How many items all pages have together. */
  readonly total: number;
}

/** The schema of a page of items. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), page: z.int().min(1), page_size: z.int().min(1), total: z.int().min(0) });
}

/**
 * Builds a `Link` header (RFC 8288) with the first, previous, next and last page.
 *
 * @param url the address that was asked for, path and query
 */
export function buildPageLinks(url: string, { page, page_size, total }: PageRequest & { total: number }): string {
  const last = Math.max(1, Math.ceil(total / page_size));
  const targets = { first: 1, prev: page - 1, next: page + 1, last };
  return Object.entries(targets)
    .filter(([, target]) => target >= 1 && target <= last)
    .map(([relation, target]) => `<${withPage(url, target)}>; rel="${relation}"`)
    .join(', ');
}

function withPage(url: string, page: number): string {
  const [path, query] = url.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('page', String(page));
  return `${path}?${parameters.toString()}`;
}
