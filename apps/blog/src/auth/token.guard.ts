import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#libs/http';
import { BLOG, type BlogParts } from '../parts.js';
import { BLOG_PROBLEMS } from '../problems.js';
import { parseBearer } from './credentials.js';
import type { Identity } from './identity.js';
import { bearerChallenge, Tokens } from './tokens.js';

/** A request whose token is looked at, by the guard at the latest. */
export interface GuardedRequest extends FastifyRequest {
  /** Who the token is for; undefined where none was sent, and before it was looked at. */
  viewer?: Identity;
}

/** Who asks, if their token is known without waiting for anything. The guard need not look again then. */
export function recogniseViewer(request: GuardedRequest, tokens: Tokens): Identity | undefined {
  const { authorization } = request.headers;
  const viewer = authorization === undefined ? undefined : tokens.recogniseSender(authorization);
  if (viewer) request.viewer = viewer;
  return viewer;
}

/**
 * Lets writes through with a valid token only, and reads without one if they are public. A token that is sent must be valid
 * even where none is needed: who is logged in should not silently see less.
 */
@Injectable()
export class TokenGuard implements CanActivate {
  private readonly publicReads: boolean;

  constructor(
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(BLOG) { config }: BlogParts,
  ) {
    this.publicReads = config.auth.public_reads;
  }

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const { authorization } = request.headers;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (authorization === undefined && isRead && this.publicReads) return true;
    request.viewer ??= await this.tokens.verify(requireToken(authorization));
    return true;
  }
}

/** The token of an `Authorization` header. @throws Problem when there is none */
export function requireToken(authorization: string | undefined): string {
  const token = authorization === undefined ? undefined : parseBearer(authorization);
  if (token !== undefined) return token;
  throw new Problem(BLOG_PROBLEMS.tokenInvalid, {
    detail: 'send the header Authorization: Bearer TOKEN, with the access_token of /auth',
    headers: bearerChallenge(),
  });
}
