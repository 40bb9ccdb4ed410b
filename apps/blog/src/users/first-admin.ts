import { randomBytes } from 'node:crypto';
import { Problem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';
import type { Accounts } from './accounts.js';

export const ADMIN = 'admin';
const RANDOM_PASSWORD_OCTETS = 15;

/**
 * Makes the account `admin` unless there is one, so that somebody can log in to a new blog.
 *
 * @param password empty for a random one
 * @returns the password when it was made up: it is stored nowhere, so whoever started the program must be told now
 */
export async function ensureAdmin(
  accounts: Accounts,
  password: string,
): Promise<{ readonly name: string; readonly password: string } | undefined> {
  if (await accounts.named(ADMIN)) return undefined;
  const chosen = password || randomBytes(RANDOM_PASSWORD_OCTETS).toString('base64url');
  try {
    await accounts.add({ username: ADMIN, password: chosen, role: 'admin', state: 1 });
  } catch (error) {
    // Another process was quicker: the password is the one that it has told.
    if (error instanceof Problem && error.kind === BLOG_PROBLEMS.userExists) return undefined;
    throw error;
  }
  return password ? undefined : { name: ADMIN, password: chosen };
}
