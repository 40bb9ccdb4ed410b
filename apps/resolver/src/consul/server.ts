import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { authorize, type AccessOptions } from './access/access.js';
import { ConsulError } from './errors.js';
import { cleanPath, isUnprintable, pathOf } from './paths.js';
import { isWellFormed, refuseEnterprise, type Query } from './query.js';
import { sendText } from './send.js';

/** Consul takes bodies up to this, in octets (`kv_max_value_size`, and what JSON adds to it). */
const BODY_LIMIT = 512 * 1024;
/** Node's limit for all headers together is 16 KiB, so no path can be longer. */
const MAX_PARAMETER = 16 * 1024;

/** Methods that are registered for each path under /v1/, in the order of registration. */
export type MethodsByPath = ReadonlyMap<string, ReadonlySet<string>>;

export interface ConsulServerOptions {
  readonly access: AccessOptions;
}

/** Everybody may do everything. */
export const OPEN: ConsulServerOptions = { access: { publicReads: true } };

export interface ConsulServer {
  readonly server: FastifyInstance;
  readonly methods: MethodsByPath;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is there only to say that the path has no such method. */
    readonly refuses?: boolean;
  }
}

/**
 * The HTTP server for Consul's API, without routes: bodies of any Content-Type or none are handed on as they are, slow clients are
 * cut off, and every answer says which ACL policy holds.
 */
export function createConsulServer({ access }: ConsulServerOptions = OPEN): ConsulServer {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    // For the request to arrive; a blocking query's answer may take ten minutes.
    requestTimeout: 20_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    frameworkErrors: (error, _request, reply) => sendText(reply as FastifyReply, 400, error.message),
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', (request, reply, done) => {
    // Clients send JSON under any type, or none, or one that cannot be parsed; none of that matters here.
    request.headers['content-type'] = 'application/octet-stream';
    reply.header('X-Consul-Default-ACL-Policy', access.tokens ? 'deny' : 'allow');
    done();
  });
  server.addHook('onRequest', refuseOddPath);
  server.addHook('onRequest', refuseMalformedQuery);
  server.addHook('onRequest', (request, _reply, done) => {
    if (isUse(request)) {
      refuseEnterprise(request.query as Query, request.headers);
      authorize(request, access);
    }
    done();
  });
  return { server, methods: collectMethods(server) };
}

function refuseOddPath({ url }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const path = pathOf(url);
  const clean = path.startsWith('/') ? cleanPath(path) : path;
  if (clean !== path) redirect(reply, clean + url.slice(path.length));
  else if (isUnprintable(path)) sendText(reply, 400, 'Invalid URL path: it holds a character that cannot be printed');
  else done();
}

function redirect(reply: FastifyReply, location: string): void {
  sendText(reply.header('Location', location), 301, 'Moved Permanently');
}

/** Consul answers a query string that it cannot read with a bare 500, before anything else about the request counts. */
function refuseMalformedQuery(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const mark = request.url.indexOf('?');
  if (isOurs(request) && mark >= 0 && !isWellFormed(request.url.slice(mark + 1))) reply.code(500).send();
  else done();
}

/** Whether the API has the path. */
function isOurs({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/v1/') === true;
}

/** Whether the API has the path and the method. */
function isUse(request: FastifyRequest): boolean {
  return isOurs(request) && !request.routeOptions.config.refuses;
}

function collectMethods(server: FastifyInstance): MethodsByPath {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith('/v1/')) return;
    const known = methods.get(url) ?? new Set();
    for (const name of [method].flat()) known.add(name);
    methods.set(url, known);
  });
  return methods;
}

/**
 * Answers OPTIONS and refuses all other methods on the paths that are there by now. To be called once all routes are known: a path
 * such as `/v1/agent/service/register` would otherwise answer GET as if it were the service called "register". A path that lacks
 * its last slash leads to the one that has it, as with Go's `ServeMux`.
 */
export function refuseOtherMethods({ server, methods }: ConsulServer): void {
  const paths = [...methods].map(([path, known]) => [path, [...known]] as const);
  for (const [url, known] of paths) {
    const root = url.slice(0, -'/*'.length);
    if (url.endsWith('/*') && !methods.has(root)) addRedirect(server, root);
    addRefusals(server, url, known);
  }
}

function addRedirect(server: FastifyInstance, url: string): void {
  server.all(url, { config: { refuses: true } }, (request, reply) =>
    redirect(reply, `${url}/${request.url.slice(pathOf(request.url).length)}`),
  );
}

function addRefusals(server: FastifyInstance, url: string, known: readonly string[]): void {
  const allow = ['OPTIONS', ...known].join(',');
  const others = server.supportedMethods.filter((method) => !known.includes(method) && method !== 'OPTIONS');
  // Such as /v1/acl/, whose answer is the same to all.
  if (others.length === 0) return;
  server.route({
    url,
    method: 'OPTIONS',
    config: { refuses: true },
    handler: (_request, reply) => reply.header('Allow', allow).header('Content-Type', 'application/json').send(''),
  });
  server.route({
    url,
    method: others,
    config: { refuses: true },
    // Before the body is read: nobody wants it.
    onRequest: ({ method }) => {
      throw new ConsulError(405, `method ${method} not allowed`, { Allow: allow });
    },
    handler: () => undefined,
  });
}
