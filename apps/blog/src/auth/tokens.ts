import { randomUUID } from 'node:crypto';
import type { JwtService } from '@nestjs/jwt';
import { Problem } from '#libs/http';
import type { Clock } from '#libs/time';
import { BLOG_PROBLEMS } from '../problems.js';
import type { Role, User } from '../users/account.js';
import type { SigningKeys } from './signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

/** What `/auth` answers (RFC 6749 section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

/** Who issues the tokens, and whom they are for. */
export const ISSUER = 'signpost-blog';

/** Fixed here and never taken from a token (RFC 8725 section 3.1). */
export const ALGORITHM = 'ES256';

export interface TokensOptions {
  /** Built so that it signs and verifies with `keys`. */
  readonly jwt: Pick<JwtService, 'signAsync' | 'verifyAsync'>;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** How long a token is good for, in milliseconds. */
  readonly lifetime: number;
}

interface Claims {
  readonly sub: string;
  readonly role: Role;
  readonly exp: number;
}

/** Issues access tokens and verifies them. */
export class Tokens {
  private readonly verified = new VerifiedTokens();

  constructor(private readonly options: TokensOptions) {}

  async issue(user: User): Promise<TokenAnswer> {
    const { jwt, keys, lifetime } = this.options;
    const now = this.now();
    const expires_in = Math.floor(lifetime / 1_000);
    const claims = { sub: user.name, role: user.role, iat: now, exp: now + expires_in, jti: randomUUID() };
    const access_token = await jwt.signAsync(claims, { keyid: keys.current.kid });
    return { access_token, token_type: 'Bearer', expires_in };
  }

  /**
   * The user of a token.
   *
   * @throws Problem when the token is not valid or has ended
   */
  async verify(token: string): Promise<User> {
    const known = this.verified.find(token, this.now());
    if (known) return known.user;
    const claims = await this.check(token);
    const user = { name: claims.sub, role: claims.role };
    this.verified.add(token, { user, expires: claims.exp });
    return user;
  }

  private async check(token: string): Promise<Claims> {
    try {
      return await this.options.jwt.verifyAsync<Claims>(token, { clockTimestamp: this.now() });
    } catch (error) {
      const expired = error instanceof Error && error.name === 'TokenExpiredError';
      const kind = expired ? BLOG_PROBLEMS.tokenExpired : BLOG_PROBLEMS.tokenInvalid;
      throw new Problem(kind, { cause: error, headers: bearerChallenge('invalid_token') });
    }
  }

  private now(): number {
    return Math.floor(this.options.clock.now() / 1_000);
  }
}

/** The header that says how to authenticate (RFC 6750 section 3). */
export function bearerChallenge(error?: 'invalid_token'): { 'www-authenticate': string } {
  return { 'www-authenticate': `Bearer realm="signpost"${error ? `, error="${error}"` : ''}` };
}
