import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What a script of another origin may send. */
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match';
/** What it may read, beyond the few headers that it always may. */
const ANSWER_HEADERS = 'Cache-Status, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate';
/** How long a browser may keep the answer to a preflight, in seconds. */
const MAX_AGE = '600';

/**
 * Lets scripts of other origins use the API (https://fetch.spec.whatwg.org/#http-cors-protocol). Tokens travel in a header
 * and not in cookies, so no credentials are allowed. Others get no such header: their browsers then refuse by themselves.
 *
 * @param origins such as `https://app.example`; with none of them nothing is added
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  // Last of all, when routes have set their own Vary and the answer to OPTIONS says which methods there are.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    void reply.header('vary', varyByOrigin(reply.getHeader('vary')?.toString()));
    const { origin } = request.headers;
    if (origin !== undefined && allowed.has(origin)) allow(request, reply, origin);
    done();
  });
}

/** A `Vary` with the origin in it, which an answer that a script may read must have. */
export function varyByOrigin(vary: string | undefined): string {
  return vary === undefined ? 'Origin' : `${vary}, Origin`;
}

function allow({ method, headers }: FastifyRequest, reply: FastifyReply, origin: string): void {
  void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': ANSWER_HEADERS });
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return;
  void reply.headers({
    'access-control-allow-methods': reply.getHeader('allow') ?? '',
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': MAX_AGE,
  });
}
