import { createHmac, hash, randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { RefreshTokenRow } from './refresh-token.row.js';

const TOKEN_OCTETS = 32;
const SALT_OCTETS = 16;

/**
 * How long a used refresh token still gets its successor, in milliseconds: two tabs of a browser that refresh at once both
 * go on, and so does a client that has lost the answer.
 */
const GRACE_MS = 10_000;

/** A refresh token: 256 random bits, which say nothing. */
export function makeRefreshToken(): string {
  return randomBytes(TOKEN_OCTETS).toString('base64url');
}

/** What is stored of a token. It needs no slow hash: 256 random bits cannot be guessed. */
export function hashRefreshToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Stores a token of a session. @param expires_on Unix seconds */
export async function addRefreshToken(
  manager: EntityManager,
  token: string,
  session_id: string,
  expires_on: number,
): Promise<void> {
  await manager.insert(RefreshTokenRow, {
    hash: hashRefreshToken(token),
    session_id,
    expires_on,
    used_ms: 0,
    salt: '',
  });
}

/**
 * Uses a token that is stored. Of all that use it at the same time one is the first.
 *
 * @param now Unix milliseconds
 * @returns its successor, and whether that is new; undefined when the token was used too long ago
 */
export async function useRefreshToken(
  manager: EntityManager,
  token: string,
  now: number,
): Promise<{ readonly successor: string; readonly isNew: boolean } | undefined> {
  const hash = hashRefreshToken(token);
  const salt = randomBytes(SALT_OCTETS).toString('hex');
  const { affected } = await manager.update(RefreshTokenRow, { hash, used_ms: 0 }, { used_ms: now, salt });
  if (affected === 1) return { successor: deriveSuccessor(token, salt), isNew: true };
  const sql = 'SELECT used_ms, salt FROM blog_refresh_token WHERE hash = ?';
  const [used] = (await manager.query(sql, [hash])) as { used_ms: number | string; salt: string }[];
  // MySQL's driver gives a bigint as text.
  if (!used || now - Number(used.used_ms) > GRACE_MS) return undefined;
  return { successor: deriveSuccessor(token, used.salt), isNew: false };
}

/**
 * The token that takes the place of `token`. Whoever sends the old one twice gets the same successor, and yet the store
 * holds neither of them: the old one is with the client, the salt with the store, and it takes both.
 */
function deriveSuccessor(token: string, salt: string): string {
  return createHmac('sha256', token).update(`signpost refresh token ${salt}`).digest('base64url');
}
