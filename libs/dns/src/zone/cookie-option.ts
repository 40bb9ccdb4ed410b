import { OPTION } from '../wire/codes.js';
import type { Opt, Option } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';

/** Octets of what a client makes up for a server (RFC 7873 section 4.1), and of what a server answers (RFC 9018 section 4). */
export const CLIENT_COOKIE = 8;
export const SERVER_COOKIE = 16;

/** Octets of a whole cookie in a reply. */
export const COOKIE = CLIENT_COOKIE + SERVER_COOKIE;

/** Whether a cookie option may have so many octets: the client's part, alone or with a server's of 8 to 32 (RFC 7873 section 5.2.2). */
export function isCookieLength(length: number): boolean {
  return length === CLIENT_COOKIE || (length >= CLIENT_COOKIE + 8 && length <= CLIENT_COOKIE + 32);
}

/**
 * The cookie that a client sent, the first one when there are several.
 *
 * @throws ParseError when its length cannot be right
 */
export function cookieOf({ options }: Opt): Buffer | undefined {
  const option = options.find(({ code }) => code === OPTION.COOKIE);
  if (option && !isCookieLength(option.data.length)) throw new ParseError('cookie of the wrong length', 0);
  return option?.data;
}

/** The option with room for a cookie. It must be the last one of the last record: the server writes the cookie over the end of the reply. */
export function cookieRoom(): Option {
  return { code: OPTION.COOKIE, data: Buffer.alloc(COOKIE) };
}
