import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseTraceparent, type Logger } from '#libs/observability';
import { traceIdOf } from './request-traces.js';

const REQUEST_ID = 'x-request-id';
const NO_HEADER: readonly string[] = [];
/** Ids that can stand in a log line as they are. */
const WELL_FORMED = /^[\w.:+/=-]{1,128}$/;

/** What a line of the log says of the request that it is about. */
export interface RequestFields {
  /** As the client gave it, or made up: the answer has it too. */
  readonly request_id: string;
  /** Of the header `traceparent`, or of the span when requests are traced. */
  readonly trace_id?: string;
  readonly method: string;
  /** Without the query: some clients put there what should stand in no log. */
  readonly url: string;
}

/**
 * Gives a request back the `X-Request-Id` that it came with, and logs requests at the level debug. A request without an id gets one only
 * when something is logged about it: most answers need none, and a cached one is too quick to make it.
 */
export function logRequests(fastify: FastifyInstance, log: Logger): void {
  fastify.setGenReqId(({ headers }) => givenId(headers) ?? '');
  fastify.addHook('onRequest', (request, reply, done) => {
    if (log.isLevelEnabled('debug')) ensureId(request);
    if (request.id !== '') void reply.header(REQUEST_ID, request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (log.isLevelEnabled('debug')) {
      const ms = Math.round(reply.elapsedTime * 1_000) / 1_000;
      log.debug({ ...fieldsOf(request), status: reply.raw.statusCode, ms, client: request.ip }, 'request');
    }
    done();
  });
}

/** The header that gives a request its id back, name and value; none for one that came without. For what answers past Fastify. */
export function requestIdHeader(headers: IncomingHttpHeaders): readonly string[] {
  const id = givenId(headers);
  return id === undefined ? NO_HEADER : [REQUEST_ID, id];
}

function givenId(headers: IncomingHttpHeaders): string | undefined {
  const given = headers[REQUEST_ID];
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : undefined;
}

/** What to log with something that a request met, and the id in its answer by which the line is found. */
export function describeRequest(request: FastifyRequest, reply: FastifyReply): RequestFields {
  ensureId(request);
  if (!reply.raw.headersSent) void reply.header(REQUEST_ID, request.id);
  return fieldsOf(request);
}

function fieldsOf(request: FastifyRequest): RequestFields {
  const { id, method, headers, url } = request;
  const traceId = traceIdOf(request) ?? parseTraceparent(headers['traceparent'])?.traceId;
  const [path] = url.split('?', 1);
  return { request_id: id, ...(traceId !== undefined && { trace_id: traceId }), method, url: path! };
}

function ensureId(request: FastifyRequest): void {
  if (request.id === '') request.id = randomUUID();
}
