import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeRequest } from '#libs/http';
import type { Logger } from '#libs/observability';
import { FilterError, NodeNameError, OverloadError, StoreError } from '#libs/registry';
import { DecodeError } from './body/json.js';
import { ConsulError, serverError } from './errors.js';
import { pathOf } from './paths.js';
import { sendText } from './send.js';

const UNKNOWN_PATH = 'Invalid URL path: not a recognized HTTP API endpoint\n';
const NO_VERSION = "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";

/** Turns whatever is thrown on the way of a request into an answer in plain text, as Consul gives it. */
@Catch()
export class ConsulErrorFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, message, headers } = this.toAnswer(error, request, reply);
    // The client is gone, or was cut off in the middle of its answer.
    if (reply.sent) return;
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    sendText(reply, status, shorten(message));
  }

  private toAnswer(error: unknown, request: FastifyRequest, reply: FastifyReply): ConsulError {
    if (error instanceof ConsulError) return error;
    if (error instanceof DecodeError) return new ConsulError(400, `Request decode failed: ${error.message}`);
    if (error instanceof FilterError) {
      return new ConsulError(500, `Failed to create boolean expression evaluator: ${error.message}`);
    }
    if (error instanceof NodeNameError) return serverError(error.message);
    if (error instanceof OverloadError) return new ConsulError(429, error.message, { 'Retry-After': '1' });
    if (error instanceof StoreError) {
      this.log.error({ err: error, ...describeRequest(request, reply) }, 'a change could not be stored');
      return new ConsulError(503, error.message, { 'Retry-After': '5' });
    }
    if (statusOf(error) === 404)
      return new ConsulError(404, pathOf(request.url).includes('/v1/') ? UNKNOWN_PATH : NO_VERSION);
    return this.toUntyped(error, request, reply);
  }

  /** Fastify's own errors carry a status below 500; everything else is a fault of ours, of which the client learns nothing. */
  private toUntyped(error: unknown, request: FastifyRequest, reply: FastifyReply): ConsulError {
    const status = statusOf(error);
    if (status >= 400 && status < 500) return new ConsulError(status, (error as Error).message);
    this.log.error({ err: error, ...describeRequest(request, reply) }, 'a request failed');
    return new ConsulError(500, 'internal error');
  }
}

/** An error may quote what was sent, of which the sender needs no copy. In UTF-16 code units. */
const MAX_MESSAGE = 1_000;

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}...`;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  return Number((error as { statusCode?: unknown } | undefined)?.statusCode ?? 500);
}
