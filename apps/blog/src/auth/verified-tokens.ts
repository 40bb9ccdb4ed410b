import { hash } from 'node:crypto';
import type { User } from '../users/account.js';

/** A token that was verified, until it ends. */
export interface Verified {
  readonly user: User;
  /** When it ends, in Unix seconds. */
  readonly expires: number;
}

/**
 * Remembers verified tokens: verifying a signature costs some 100 µs, finding it here 1 µs. Keeps hashes, so that a dump of
 * the memory holds no token.
 */
export class VerifiedTokens {
  private readonly byHash = new Map<string, Verified>();

  /** @param capacity the oldest entries make room for new ones */
  constructor(private readonly capacity = 10_000) {}

  /** @param now Unix seconds */
  find(token: string, now: number): Verified | undefined {
    const key = hash('sha256', token, 'base64');
    const verified = this.byHash.get(key);
    if (!verified || verified.expires > now) return verified;
    this.byHash.delete(key);
    return undefined;
  }

  add(token: string, verified: Verified): void {
    if (this.byHash.size >= this.capacity) this.byHash.delete(this.byHash.keys().next().value!);
    this.byHash.set(hash('sha256', token, 'base64'), verified);
  }
}
