import type { IncomingMessage } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { prepareToDrain, RequestCounts, type Drain } from '#libs/http';
import { authorize, type AccessOptions } from './access/access.js';
import { answerClientError } from './limits/client-error.js';
import { limitConnections } from './limits/connections.js';
import { ALL_ENDPOINTS, refuseBlocked, refuseWriteFrom, type EndpointOptions } from './limits/endpoints.js';
import { Quota, type QuotaOptions } from './limits/quota.js';
import { collectRoutes } from './methods.js';
import type { Routes } from './openapi/operation.js';
import { cleanPath, isUnprintable, pathOf } from './paths.js';
import { hasEnterprise, isWellFormed, refuseEnterprise, type Query } from './query.js';
import { redirect, sendText, type Headers } from './send.js';

/** Consul takes bodies up to this, in octets (`kv_max_value_size`, and what JSON adds to it). */
const BODY_LIMIT = 512 * 1024;

/** Sizes in octets, times in milliseconds. */
export interface ConsulServerOptions {
  readonly access: AccessOptions;
  readonly endpoints: EndpointOptions;
  /** Headers that every answer has, besides its own. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly connections: QuotaOptions;
  /** Blocking queries. */
  readonly watches: QuotaOptions;
  /** The longest head of a request. */
  readonly maxHeaderBytes: number;
  /** All headers must have arrived within it, else 408. */
  readonly headersTimeout: number;
  /** The whole request must have arrived within it, else 408. */
  readonly requestTimeout: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeout: number;
}

const UNLIMITED: QuotaOptions = { perClient: Infinity, total: Infinity, unlimited: () => true };

/** Everybody may do everything, in good time. */
const DEFAULTS: ConsulServerOptions = {
  access: { publicReads: true },
  endpoints: ALL_ENDPOINTS,
  responseHeaders: {},
  connections: UNLIMITED,
  watches: UNLIMITED,
  maxHeaderBytes: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
};

/** Node looks for slow clients so often in the time that they have. */
const LOOKS_FOR_SLOW = 5;
/** Longer than the longest blocking query with what is added to it: who reads no answer for so long is gone. */
const SILENCE_TIMEOUT = 660_000;

export interface ConsulServer {
  readonly server: FastifyInstance;
  readonly routes: Routes;
  /** Places for blocking queries. */
  readonly watchQuota: Quota;
  /** What is answered from now on. */
  readonly requests: RequestCounts;
  /** Lets the clients go to another process, as `prepareToDrain` says. */
  readonly drain: Drain;
  /** What every answer has, names and values in turns. */
  readonly everyHeader: Headers;
  /** Whether a read need not be asked who it is from: there are no tokens, and what its headers say is not refused. */
  isOpenTo(request: IncomingMessage): boolean;
}

/**
 * The HTTP server for Consul's API, without routes: bodies of any Content-Type or none are handed on as they are, slow clients are
 * cut off, who may not is told so before his body is read, and every answer says which ACL policy holds.
 */
export function createConsulServer(given: Partial<ConsulServerOptions> = {}): ConsulServer {
  const options = { ...DEFAULTS, ...given };
  const server = createServer(options);
  const drain = prepareToDrain(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const isRefused = limitConnections(server, new Quota(options.connections));
  const headers = headersOfAll(options);
  server.addHook('onRequest', (request, reply, done) => {
    // Clients send JSON under any type, or none, or one that cannot be parsed; none of that matters here.
    if (request.method !== 'GET') request.headers['content-type'] = 'application/octet-stream';
    reply.headers(headers);
    if (answerOdd(request, reply)) return;
    if (isOurs(request)) refuseRequest(request, options);
    done();
  });
  const requests = new RequestCounts(server, (request) => !isBlocking(request));
  return {
    ...{ server, requests, drain },
    routes: collectRoutes(server),
    watchQuota: new Quota(options.watches),
    everyHeader: Object.entries(headers).flat(),
    isOpenTo: (request) => !options.access.tokens && !isRefused(request.socket) && !hasEnterprise(request.headers),
  };
}

function createServer({
  maxHeaderBytes,
  headersTimeout,
  requestTimeout,
  keepAliveTimeout,
}: ConsulServerOptions): FastifyInstance {
  const connectionsCheckingInterval = headersTimeout / LOOKS_FOR_SLOW;
  return fastify({
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    // For the request to arrive; a blocking query's answer may take ten minutes.
    requestTimeout,
    keepAliveTimeout,
    // While the program stops, an open connection's next request is answered with Connection: close, instead of refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    connectionTimeout: SILENCE_TIMEOUT,
    // A path is part of the head, so none can be longer.
    routerOptions: { maxParamLength: maxHeaderBytes },
    http: { headersTimeout, maxHeaderSize: maxHeaderBytes, connectionsCheckingInterval },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => sendText(reply as FastifyReply, 400, error.message),
  });
}

/** By names in lower case, as Fastify sends them. */
function headersOfAll({ access, responseHeaders }: ConsulServerOptions): Record<string, string> {
  const policy = ['X-Consul-Default-ACL-Policy', access.tokens ? 'deny' : 'allow'] as const;
  const all = [policy, ...Object.entries(responseHeaders)];
  return Object.fromEntries(all.map(([name, value]) => [name.toLowerCase(), value]));
}

/** In Consul's order. @throws ConsulError */
function refuseRequest(request: FastifyRequest, { access, endpoints }: ConsulServerOptions): void {
  refuseBlocked(request, endpoints);
  // The other routes say that there is no such method.
  if (request.routeOptions.config.refuses) return;
  refuseWriteFrom(request, endpoints);
  refuseEnterprise(request.query as Query, request.headers);
  authorize(request, access);
}

/**
 * Answers what Go's server or Consul answers before it looks for a handler: paths that are no names, and query strings that cannot be
 * read, with a bare 500.
 *
 * @returns whether it did
 */
function answerOdd(request: FastifyRequest, reply: FastifyReply): boolean {
  const path = pathOf(request.url);
  const search = request.url.slice(path.length);
  const clean = path.startsWith('/') ? cleanPath(path) : path;
  if (clean !== path) redirect(reply, clean + search);
  else if (isUnprintable(path)) sendText(reply, 400, 'Invalid URL path: it holds a character that cannot be printed');
  else if (isOurs(request) && !isWellFormed(search)) reply.code(500).send();
  else return false;
  return true;
}

/** Whether a request may have waited for a change. */
function isBlocking({ query }: FastifyRequest): boolean {
  return (query as Query)['index'] !== undefined;
}

/** Whether the API has the path. */
function isOurs({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/v1/') === true;
}
