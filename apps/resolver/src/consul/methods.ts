import type { FastifyInstance, RouteOptions } from 'fastify';
import { ConsulError } from './errors.js';
import type { Operation, Routes } from './openapi/operation.js';
import { pathOf } from './paths.js';
import { redirect } from './send.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is there only to say that the path has no such method. */
    readonly refuses?: boolean;
    /** What the route does. */
    readonly operation?: Operation;
  }
}

/** Notes the routes below /v1/ that are registered from now on, but not those that only refuse. */
export function collectRoutes(server: FastifyInstance): Routes {
  const routes = new Map<string, Map<string, Operation | undefined>>();
  server.addHook('onRoute', ({ url, method, config }: RouteOptions) => {
    if (!url.startsWith('/v1/') || config?.refuses) return;
    const known = routes.get(url) ?? new Map<string, Operation | undefined>();
    for (const name of [method].flat()) known.set(name, config?.operation);
    routes.set(url, known);
  });
  return routes;
}

/**
 * Answers OPTIONS and refuses all other methods on the paths that are there by now. To be called once all routes are known: a path
 * such as `/v1/agent/service/register` would otherwise answer GET as if it were the service called "register". A path that lacks
 * its last slash leads to the one that has it, as with Go's `ServeMux`.
 */
export function refuseOtherMethods(server: FastifyInstance, routes: Routes): void {
  for (const [url, operations] of routes) {
    const root = url.slice(0, -'/*'.length);
    if (url.endsWith('/*') && !routes.has(root)) addRedirect(server, root);
    addRefusals(server, url, [...operations.keys()]);
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
