import type { FastifyInstance } from 'fastify';
import { ConsulError } from './errors.js';
import { pathOf } from './paths.js';
import { redirect } from './send.js';

/** Methods that are registered for each path under /v1/, in the order of registration. */
export type MethodsByPath = ReadonlyMap<string, ReadonlySet<string>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is there only to say that the path has no such method. */
    readonly refuses?: boolean;
  }
}

/** Notes the routes that are registered from now on. */
export function collectMethods(server: FastifyInstance): MethodsByPath {
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
export function refuseOtherMethods(server: FastifyInstance, methods: MethodsByPath): void {
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
