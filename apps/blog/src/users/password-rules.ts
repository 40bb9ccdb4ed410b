import { HTTP_PROBLEMS, Problem } from '#libs/http';
import { COMMON_PASSWORDS } from './common-passwords.js';

/** Lengths are in code points. The upper one only bounds the work. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 128;

/**
 * Holds a new password to the rules of NIST SP 800-63B section 3.1.1.2: long enough, and none that is guessed first. Which
 * kinds of characters it has does not matter.
 *
 * @param pointer where in the body the password stands
 * @throws Problem that says which rule it breaks
 */
export function requireGoodPassword(password: string, username: string, pointer = '#/password'): void {
  const detail = weakness(password.normalize('NFC'), username);
  if (detail !== undefined) throw new Problem(HTTP_PROBLEMS.invalidBody, { errors: [{ pointer, detail }] });
}

function weakness(password: string, username: string): string | undefined {
  const { length } = Array.from(password);
  if (length < PASSWORD_MIN || length > PASSWORD_MAX) return `must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters`;
  const lowered = password.toLowerCase();
  if (COMMON_PASSWORDS.has(lowered)) return 'is one of the passwords that are guessed first';
  if (lowered === username) return 'must not be the name';
  return undefined;
}
