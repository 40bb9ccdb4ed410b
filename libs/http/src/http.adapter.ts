import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addBodyParsers } from './body-parsers.js';
import { answerClientError } from './client-error.js';
import { prepareToDrain, type Drain } from './draining.js';
import { HTTP_PROBLEMS, problemForStatus } from './http-problems.js';
import { watchMethods } from './methods.js';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE } from './problem.js';
import { RequestCounts } from './request-counts.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Sizes in octets, times in milliseconds. */
export interface HttpLimits {
  /** A longer body is a 413. */
  readonly bodyLimit: number;
  /** All headers must have arrived within it, else 408. */
  readonly headersTimeout: number;
  /** The whole request must have arrived within it, else 408. */
  readonly requestTimeout: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeout: number;
  /** A longer address is a 414. */
  readonly maxUrlLength: number;
  /** How many connections may be open; one more is closed at once. */
  readonly maxConnections: number;
  /** Networks whose `X-Forwarded-For` says who the client is. */
  readonly trustedProxies: readonly string[];
}

/**
 * Fastify alone has no request time-out and looks for slow clients each 30 s. Keep-alive lasts longer than the idle time
 * of the usual proxies (60 s), so that none of them sends a request into a connection that is being closed.
 */
export const DEFAULT_LIMITS: HttpLimits = {
  bodyLimit: 1_048_576,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
  maxUrlLength: 8_000,
  maxConnections: 16_384,
  trustedProxies: [],
};

const CHECK_CONNECTIONS_EACH_MS = 2_000;
const MAX_HEADERS = 16_384;

export interface HttpAdapter {
  /** For `NestFactory.create(..., adapter, { bodyParser: false })`. */
  readonly adapter: FastifyAdapter;
  /** Adds the answers to methods that a path does not have: call it after `app.init()` and before `app.listen()`. */
  readonly closeRoutes: () => void;
  /** What is answered from now on. */
  readonly requests: RequestCounts;
  /** Lets the clients go to another process, as `prepareToDrain` says. */
  readonly drain: Drain;
}

/** A Fastify adapter for Nest with limits, security headers, strict bodies and problem details for what Nest never sees. */
export function createHttpAdapter(limits: Partial<HttpLimits> = {}): HttpAdapter {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const { bodyLimit, headersTimeout, requestTimeout, keepAliveTimeout, maxUrlLength, trustedProxies } = all;
  const adapter = new FastifyAdapter({
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // An open connection's next request is answered while the server drains, with Connection: close, instead of refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: maxUrlLength },
    http: {
      // Headers are a part of the request: with more time for them than for the whole, Node would wait that long.
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      maxHeaderSize: MAX_HEADERS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_EACH_MS,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerBadUrl,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.server.maxConnections = all.maxConnections;
  addBodyParsers(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(SECURITY_HEADERS);
    const tooLong = Buffer.byteLength(request.raw.url ?? '') > maxUrlLength;
    done(tooLong ? new Problem(HTTP_PROBLEMS.uriTooLong, { detail: `at most ${maxUrlLength} octets` }) : undefined);
  });
  const requests = new RequestCounts(fastify);
  return { adapter, closeRoutes: watchMethods(fastify), requests, drain: prepareToDrain(fastify) };
}

/** An address that the router cannot read, such as one with the escape `%ff`: no hook and no filter sees it. */
function answerBadUrl(error: Error & { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply): void {
  const problem = new Problem(problemForStatus(error.statusCode ?? 400), { detail: error.message });
  void reply.status(problem.kind.status).headers(SECURITY_HEADERS).type(PROBLEM_MEDIA_TYPE).send(buildProblem(problem));
}
