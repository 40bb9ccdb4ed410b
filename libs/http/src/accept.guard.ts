import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accepts } from './accept.js';
import { HTTP_PROBLEMS } from './http-problems.js';
import { Problem } from './problem.js';

/** Refuses with a 406 what asks for an answer that is not JSON, before anything is done. Problems are told all the same. */
export class AcceptGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const { accept } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (accepts(accept, 'application/json')) return true;
    throw new Problem(HTTP_PROBLEMS.notAcceptable, { detail: 'answers are application/json' });
  }
}
