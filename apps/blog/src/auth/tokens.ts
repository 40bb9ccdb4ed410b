import { randomUUID } from 'node:crypto';
import type { JwtService } from '@nestjs/jwt';
import { Problem, type ProblemKind } from '#libs/http';
import type { Clock } from '#libs/time';
import { BLOG_PROBLEMS } from '../problems.js';
import { parseBearer } from './credentials.js';
import type { Identity } from './identity.js';
import type { Revocations } from './revocations.js';
import type { Continued, Sessions } from './sessions.js';
import type { TokenKeys } from './token-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

/** What `/auth` answers (RFC 6749 section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token: string;
}

/** Who issues the tokens, and whom they are for. */
export const ISSUER = 'signpost-blog';

/** What kind of token it is, so that no other that the key may once sign passes for one (RFC 9068 section 2.1). */
const TYPE = 'at+jwt';

export interface TokensOptions {
  /** Built so that it signs and verifies with `keys`. */
  readonly jwt: Pick<JwtService, 'signAsync' | 'verifyAsync'>;
  readonly keys: TokenKeys;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly clock: Clock;
  /** How long a token is good for, in milliseconds. */
  readonly lifetime: number;
}

/** What an access token says and is needed here. Who its user is, the session knows better. */
interface Claims {
  /** The session. */
  readonly sid: string;
  readonly exp: number;
}

/** A token whose signature, issuer, audience and time are right. */
interface Checked {
  readonly header: { readonly typ?: unknown };
  readonly payload: { readonly [claim in keyof Claims]?: unknown };
}

/** Issues access tokens and verifies them. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #verified = new VerifiedTokens();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  async issue({ session, user, refreshToken }: Continued): Promise<TokenAnswer> {
    const { jwt, keys, lifetime } = this.#options;
    const now = this.#now();
    const expires_in = Math.floor(lifetime / 1_000);
    const claims = {
      sub: user.name,
      role: user.role,
      sid: session,
      iat: now,
      exp: now + expires_in,
      jti: randomUUID(),
    };
    const { kid, privateKey } = keys.current();
    const header = { alg: keys.algorithm, typ: TYPE, kid };
    const access_token = await jwt.signAsync(claims, { privateKey, header });
    return { access_token, token_type: 'Bearer', expires_in, refresh_token: refreshToken };
  }

  /** Who a token is for, if that is known without waiting for anything: for what must be quick and may do without. */
  recognise(token: string): Identity | undefined {
    const known = this.#verified.find(token, this.#now());
    return known && known.checkedAt === this.#options.revocations.recent ? known.identity : undefined;
  }

  /** The same for the header `Authorization`. */
  recogniseSender(authorization: string): Identity | undefined {
    const token = parseBearer(authorization);
    return token === undefined ? undefined : this.recognise(token);
  }

  /**
   * Who a token is for.
   *
   * @throws Problem when the token is not valid, or it or its session has ended
   */
  async verify(token: string): Promise<Identity> {
    const { revocations, sessions } = this.#options;
    const count = await revocations.latest();
    const known = this.#verified.find(token, this.#now());
    if (known?.checkedAt === count) return known.identity;
    const { sid, exp } = known ? { sid: known.identity.session, exp: known.expires } : await this.#check(token);
    const owner = await sessions.find(sid);
    if (!owner) {
      this.#verified.delete(token);
      throw refusal(BLOG_PROBLEMS.tokenRevoked);
    }
    const identity = { ...owner, session: sid };
    this.#verified.add(token, { identity, expires: exp, checkedAt: count });
    return identity;
  }

  async #check(token: string): Promise<Claims> {
    try {
      return claimsOf(
        await this.#options.jwt.verifyAsync<Checked>(token, { clockTimestamp: this.#now(), complete: true }),
      );
    } catch (error) {
      const expired = error instanceof Error && error.name === 'TokenExpiredError';
      throw refusal(expired ? BLOG_PROBLEMS.tokenExpired : BLOG_PROBLEMS.tokenInvalid, error);
    }
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / 1_000);
  }
}

function claimsOf({ header: { typ }, payload: { sid, exp } }: Checked): Claims {
  if (typ !== TYPE || typeof sid !== 'string' || typeof exp !== 'number') throw new Error('it is no access token');
  return { sid, exp };
}

function refusal(kind: ProblemKind, cause?: unknown): Problem {
  return new Problem(kind, { cause, headers: bearerChallenge('invalid_token') });
}

/** The header that says how to authenticate (RFC 6750 section 3). */
export function bearerChallenge(error?: 'invalid_token'): { 'www-authenticate': string } {
  return { 'www-authenticate': `Bearer realm="signpost"${error ? `, error="${error}"` : ''}` };
}
