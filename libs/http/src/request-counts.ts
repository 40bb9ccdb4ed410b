import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Histogram, type HistogramCounts } from '#libs/observability';

/** Upper bounds of the buckets, in seconds: from an answer that lay ready to one that nobody waits for. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The route of a request that none was found for. */
const NO_ROUTE = 'none';

/** What was answered to one method of one route. */
export interface RouteCounts {
  readonly method: string;
  /** As it was registered: `/api/v1/articles/:id`. */
  readonly route: string;
  /** By status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** From a request's headers to the last octet of its answer. */
  readonly seconds: HistogramCounts;
}

class Route implements RouteCounts {
  readonly statuses = new Map<number, number>();
  readonly seconds = new Histogram(BOUNDS);

  constructor(
    readonly method: string,
    readonly route: string,
  ) {}
}

/** Counts what an HTTP server answers: a few additions for each request, and as many series as there are routes. */
export class RequestCounts {
  readonly #routes = new Map<string, Map<string, Route>>();

  /** @param isTimed whether the time of an answer says something: one that waits for a change is no slow one */
  constructor(fastify: FastifyInstance, isTimed: (request: FastifyRequest) => boolean = () => true) {
    fastify.addHook('onResponse', (request, reply, done) => {
      const { routeOptions, method } = request;
      const seconds = isTimed(request) ? reply.elapsedTime / 1_000 : undefined;
      this.add(method, routeOptions.url ?? NO_ROUTE, reply.raw.statusCode, seconds);
      done();
    });
  }

  get routes(): RouteCounts[] {
    return [...this.#routes.values()].flatMap((methods) => [...methods.values()]);
  }

  /** Counts an answer that Fastify knows nothing of. @param seconds undefined for one that is not timed */
  add(method: string, route: string, status: number, seconds: number | undefined): void {
    const counts = this.#route(route, method);
    counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
    if (seconds !== undefined) counts.seconds.add(seconds);
  }

  #route(url: string, method: string): Route {
    const methods = this.#routes.get(url) ?? new Map<string, Route>();
    this.#routes.set(url, methods);
    const route = methods.get(method) ?? new Route(method, url);
    methods.set(method, route);
    return route;
  }
}
