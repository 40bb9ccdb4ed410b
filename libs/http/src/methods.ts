import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HTTP_PROBLEMS } from './http-problems.js';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE } from './problem.js';

/**
 * Makes each known path answer the methods that it does not have: 405 with `Allow`, and OPTIONS 204 with it (RFC 9110
 * sections 9.3.7 and 15.5.6). Fastify alone answers 404.
 *
 * Called before any route is added.
 *
 * @returns call it once, when all routes are there and before the server listens
 */
export function watchMethods(fastify: FastifyInstance): () => void {
  for (const method of METHODS.filter((name) => !fastify.supportedMethods.includes(name)))
    fastify.addHttpMethod(method);
  const methodsByUrl = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    methodsByUrl.set(url, methods);
    for (const name of [method].flat()) methods.add(name);
  });
  return () => {
    // The routes that are added here come through the hook as well: the copy keeps them out of the loop.
    for (const [url, methods] of Array.from(methodsByUrl)) {
      if (!url.includes('*')) addRefusals(fastify, url, [...methods]);
    }
  };
}

function addRefusals(fastify: FastifyInstance, url: string, methods: readonly string[]): void {
  const allow = methods.includes('OPTIONS') ? methods.join(', ') : [...methods, 'OPTIONS'].join(', ');
  const refused = fastify.supportedMethods.filter((method) => !methods.includes(method));
  const refusal = buildProblem(new Problem(HTTP_PROBLEMS.methodNotAllowed, { detail: `it knows ${allow}` }));
  fastify.route({
    url,
    method: refused,
    exposeHeadRoute: false,
    // Before the body is read: what cannot be answered need not be parsed.
    onRequest: (request, reply) => {
      void reply.header('allow', allow);
      if (request.method === 'OPTIONS') void reply.status(204).send();
      else void reply.status(405).type(PROBLEM_MEDIA_TYPE).send(refusal);
    },
    handler: () => {},
  });
}
