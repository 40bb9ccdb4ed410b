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

const MAX_CURSOR = 4_096;

/** The parameter of a list that can also be read on from where the last answer ended. */
export const cursorParameter = z
  .string()
  .max(MAX_CURSOR)
  .optional()
  .describe(
    'Instead of `page`: empty to begin, then the `next_cursor` of the last answer. What is added or deleted meanwhile neither ' +
      'repeats nor hides an item.',
  );

export interface PageRequest {
  readonly page: number;
  readonly page_size: number;
}

export interface Page<Item> extends PageRequest {
  readonly items: readonly Item[];
  /** How many items all pages have together. */
  readonly total: number;
}

/** A part of a list that is read by cursors. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly page_size: number;
  /** null at the end. */
  readonly next_cursor: string | null;
}

/** The schema of a part of a list that is read by cursors. */
export function cursorPageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    page_size: z.int().min(1),
    next_cursor: z.string().nullable().describe('null at the end.'),
  });
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
  const addressWith = addresses(url, 'page');
  return Object.entries(targets)
    .filter(([, target]) => target >= 1 && target <= last)
    .map(([relation, target]) => `<${addressWith(String(target))}>; rel="${relation}"`)
    .join(', ');
}

/**
 * Builds a `Link` header (RFC 8288) with the next part of a list that is read by cursors.
 *
 * @returns undefined at the end
 */
export function buildCursorLink(url: string, next: string | null): string | undefined {
  return next === null ? undefined : `<${addresses(url, 'cursor')(next)}>; rel="next"`;
}

/** An address, in which one parameter of the query gets other values, of characters that stand for themselves there. */
function addresses(url: string, name: string): (value: string) => string {
  const [path] = url.split('?', 1) as [string];
  const parameters = new URLSearchParams(url.slice(path.length));
  parameters.set(name, '');
  const text = `?${parameters.toString()}`;
  // Nowhere else: in a name or a value both signs are escaped.
  const at = Math.max(text.indexOf(`?${name}=`), text.indexOf(`&${name}=`)) + name.length + 2;
  const before = path + text.slice(0, at);
  const after = text.slice(at);
  return (value) => before + value + after;
}
