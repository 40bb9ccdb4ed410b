import type { FastifyInstance, FastifyRequest } from 'fastify';
import { contextOf, parseTraceparent, type Tracing } from '#libs/observability';

const SPAN = Symbol('span of a request');

/** What is traced of a request, beside `begin` and `end`: OpenTelemetry's own type. */
type Span = ReturnType<Tracing['beginRequest']>;

interface Traced {
  [SPAN]?: Span;
}

/** They come every few seconds and say nothing about anybody's request. */
const PROBE = /^\/(?:livez|readyz|healthz)/;

/**
 * Traces requests, each as a part of what its `traceparent` names. What is done for one, such as asking the database, belongs to it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span for the names
 */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  fastify.decorateRequest(SPAN, undefined);
  fastify.addHook('onRequest', (request: FastifyRequest & Traced, _reply, done) => {
    if (PROBE.test(request.url)) return done();
    const span = begin(request, tracing);
    request[SPAN] = span;
    tracing.within(span, done);
  });
  fastify.addHook('onResponse', (request: FastifyRequest & Traced, { raw: { statusCode } }, done) => {
    const span = request[SPAN];
    span?.setAttribute('http.response.status_code', statusCode);
    if (span && statusCode >= 500) tracing.fail(span);
    span?.end();
    done();
  });
}

/** Of a request that is traced. */
export function traceIdOf(request: FastifyRequest & Traced): string | undefined {
  const span = request[SPAN];
  return span && contextOf(span).traceId;
}

function begin(request: FastifyRequest, tracing: Tracing): Span {
  const { method, url, protocol, ip, headers, routeOptions } = request;
  const route = routeOptions.url;
  const [path] = url.split('?', 1);
  const attributes = {
    'http.request.method': method,
    'url.scheme': protocol,
    'url.path': path!,
    'client.address': ip,
    ...(route !== undefined && { 'http.route': route }),
  };
  const name = route === undefined ? method : `${method} ${route}`;
  return tracing.beginRequest(name, attributes, parseTraceparent(headers['traceparent']));
}
