import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ConsulError } from './errors.js';
import { isWellFormed } from './query.js';

/** Consul takes bodies up to this, in octets (`kv_max_value_size`, and what JSON adds to it). */
const BODY_LIMIT = 512 * 1024;
/** Node's limit for all headers together is 16 KiB, so no path can be longer. */
const MAX_PARAMETER = 16 * 1024;

/** Methods that are registered for each path under /v1/, in the order of registration. */
export type MethodsByPath = ReadonlyMap<string, ReadonlySet<string>>;

export interface ConsulServer {
  readonly server: FastifyInstance;
  readonly methods: MethodsByPath;
}

/**
 * The HTTP server for Consul's API, without routes: bodies of any Content-Type or none are handed on as they are, slow clients are
 * cut off, and every answer says which ACL policy holds.
 */
export function createConsulServer(): ConsulServer {
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
    reply.header('X-Consul-Default-ACL-Policy', 'allow');
    done();
  });
  server.addHook('onRequest', refuseMalformedQuery);
  return { server, methods: collectMethods(server) };
}

/** Consul answers a query string that it cannot read with a bare 500, before anything else about the request counts. */
function refuseMalformedQuery({ url, routeOptions }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const mark = url.indexOf('?');
  const ours = routeOptions.url?.startsWith('/v1/');
  if (ours && mark >= 0 && !isWellFormed(url.slice(mark + 1))) reply.code(500).send();
  else done();
}

/** Errors are plain text, as Consul's clients show them to people. */
export function sendText(reply: FastifyReply, status: number, text: string): void {
  reply.code(status).header('Content-Type', 'text/plain; charset=utf-8').send(text);
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
 * such as `/v1/agent/service/register` would otherwise answer GET as if it were the service called "register".
 */
export function refuseOtherMethods({ server, methods }: ConsulServer): void {
  for (const [url, known] of [...methods].map(([path, set]) => [path, [...set]] as const)) {
    const allow = ['OPTIONS', ...known].join(',');
    const others = server.supportedMethods.filter((method) => !known.includes(method) && method !== 'OPTIONS');
    // Such as /v1/acl/, whose answer is the same to all.
    if (others.length === 0) continue;
    server.route({
      url,
      method: 'OPTIONS',
      handler: (_request, reply) => reply.header('Allow', allow).header('Content-Type', 'application/json').send(''),
    });
    server.route({
      url,
      method: others,
      // Before the body is read: nobody wants it.
      onRequest: ({ method }) => {
        throw new ConsulError(405, `method ${method} not allowed`, { Allow: allow });
      },
      handler: () => undefined,
    });
  }
}
