import { HTTP_PROBLEMS } from './http-problems.js';
import { Problem } from './problem.js';

const ENTITY_TAG = /(W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/** Builds a strong entity tag (RFC 9110 section 8.8.3). */
export function buildEtag(...parts: readonly (string | number)[]): string {
  return `"${parts.join('-')}"`;
}

/** Whether `If-None-Match` names the current tag, so that the answer is 304: weak comparison (RFC 9110 section 13.1.2). */
export function isNoneMatch(header: string | undefined, current: string): boolean {
  if (header === undefined) return false;
  if (header === current) return true;
  return header.trim() === '*' || parseTags(header).some((tag) => tag.replace(/^W\//, '') === current);
}

/**
 * Holds a write to its condition: strong comparison (RFC 9110 section 13.1.1).
 *
 * @throws Problem 428 without `If-Match` (RFC 6585 section 3), 412 when it does not name the current tag
 */
export function requireMatch(header: string | undefined, current: string): void {
  if (header === undefined) {
    const detail = 'send If-Match with the ETag of what you have read';
    throw new Problem(HTTP_PROBLEMS.preconditionRequired, { detail });
  }
  if (header.trim() === '*' || parseTags(header).includes(current)) return;
  throw new Problem(HTTP_PROBLEMS.preconditionFailed, { detail: `it is ${current} now`, headers: { etag: current } });
}

function parseTags(header: string): string[] {
  return header.match(ENTITY_TAG) ?? [];
}
