import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireToken, type GuardedRequest } from './token.guard.js';

/** Lets nobody through without a token. It stands behind `TokenGuard`, which lets reads through without one. */
@Injectable()
export class SignedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const { viewer, headers } = context.switchToHttp().getRequest<GuardedRequest>();
    if (!viewer) requireToken(headers.authorization);
    return true;
  }
}
