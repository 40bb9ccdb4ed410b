import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#libs/observability';
import { HTTP_PROBLEMS, problemForStatus } from './http-problems.js';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE } from './problem.js';
import { describeRequest } from './request-log.js';

/**
 * Answers every error as problem details. What is nobody's fault but ours is a 500 that says nothing of its cause: the log
 * has it, under the URN that the answer carries as `instance`.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    const instance = problem.kind.status < 500 ? undefined : `urn:uuid:${randomUUID()}`;
    if (instance) this.log.error({ err: error, instance, ...describeRequest(request, reply) }, 'request failed');
    void reply
      .status(problem.kind.status)
      .headers({ 'cache-control': 'no-store', ...problem.headers })
      .type(PROBLEM_MEDIA_TYPE)
      .send(buildProblem(problem, instance));
  }
}

/** The problem behind anything that may be thrown while a request is answered. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  if (status === undefined) return new Problem(HTTP_PROBLEMS.internal, { cause: error });
  const kind = problemForStatus(status);
  // Fastify and Nest word their own errors for the client; those above 499 may name what is inside.
  return new Problem(kind, { cause: error, ...(status < 500 && { detail: (error as Error).message }) });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const fromFastify = typeof code === 'string' && code.startsWith('FST_');
  return fromFastify && typeof statusCode === 'number' ? statusCode : undefined;
}
