import type { FieldError } from './problem.js';

/** An issue as Standard Schema gives it, with the parts that Zod adds. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  /** Of an `unrecognized_keys` issue. */
  readonly keys?: readonly string[];
}

/** An answer lists at most so many errors: how many a body could have is up to who sent it. */
const MAX_ERRORS = 20;

/** The errors of a body, each with a JSON Pointer. */
export function bodyErrors(issues: readonly Issue[]): FieldError[] {
  return located(issues).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
}

/**
 * The errors of a path or a query.
 *
 * @param name of the single parameter that was looked at; undefined for all of them at once
 */
export function parameterErrors(issues: readonly Issue[], name: string | undefined): FieldError[] {
  return located(issues).map(({ path, detail }) => ({ parameter: name ?? path[0] ?? '', detail }));
}

/** A JSON Pointer as a URI fragment (RFC 6901 section 6). */
export function jsonPointer(path: readonly string[]): string {
  const tokens = path.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
  return `#${tokens.join('')}`;
}

function located(issues: readonly Issue[]): { path: string[]; detail: string }[] {
  const all = issues.flatMap((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part).toWellFormed());
    if (issue.code !== 'unrecognized_keys') return [{ path, detail: worded(issue.message) }];
    const keys = issue.keys?.slice(0, MAX_ERRORS) ?? [];
    return keys.map((key) => ({ path: [...path, key.toWellFormed()], detail: 'is not known here' }));
  });
  // What is wrong first with a field is enough: an empty title is blank as well.
  const firsts = new Map(all.toReversed().map((error) => [jsonPointer(error.path), error]));
  return all.filter((error) => firsts.get(jsonPointer(error.path)) === error).slice(0, MAX_ERRORS);
}

/** Zod's messages without their first half, which the status says already. */
function worded(message: string): string {
  if (message.endsWith('received undefined')) return 'is required';
  return message.replace(/^(Invalid input|Too (big|small)): /, '');
}
