/** Doubled slashes, and `.` and `..` as parts of a path. */
const UNCLEAN = /\/(?:\.{0,2}(?=\/)|\.{1,2}$)/;

/** What Go counts as printable: letters, marks, numbers, punctuation, symbols and the space. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** The path of an address, without the query. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

/**
 * A path as Go's `ServeMux` wants it: without doubled slashes, `.` and `..`. Escaped ones are characters like any other.
 *
 * @see https://pkg.go.dev/net/http#hdr-Request_sanitizing
 */
export function cleanPath(path: string): string {
  if (!UNCLEAN.test(path)) return path;
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  const end = path.endsWith('/') && kept.length > 0 ? '/' : '';
  return `/${kept.join('/')}${end}`;
}

/** Whether a path, once its escapes are read, holds characters that nobody would see in a log, such as NUL. */
export function isUnprintable(path: string): boolean {
  return path.includes('%') && UNPRINTABLE.test(decode(path));
}

/** An escape that is none is the router's to refuse. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
