import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Problem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';
import { requireToken, type GuardedRequest } from './token.guard.js';

/** Lets admins through alone. It stands behind `TokenGuard`, which lets reads through without a token. */
@Injectable()
export class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const { viewer, headers } = context.switchToHttp().getRequest<GuardedRequest>();
    if (!viewer) requireToken(headers.authorization);
    if (viewer?.role !== 'admin') throw new Problem(BLOG_PROBLEMS.adminsOnly);
    return true;
  }
}
