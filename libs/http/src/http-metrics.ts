import { promisify } from 'node:util';
import type { Server } from 'node:http';
import type { Metrics, Reading } from '#libs/observability';
import type { RequestCounts } from './request-counts.js';

/** Adds the rate, the errors and the duration of HTTP requests by route, and the connections. */
export function addHttpMetrics(metrics: Metrics, requests: RequestCounts, server: Server): void {
  metrics.counter('signpost_http_requests_total', 'Requests that were answered, by route and status.', () =>
    requests.routes.flatMap(({ method, route, statuses }) =>
      [...statuses].map(([status, count]): Reading<number> => [{ method, route, status: String(status) }, count]),
    ),
  );
  metrics.histogram(
    'signpost_http_request_duration_seconds',
    "From a request's headers to the last octet of its answer.",
    () => requests.routes.map(({ method, route, seconds }) => [{ method, route }, seconds] as const),
  );
  const connections = promisify(server.getConnections.bind(server));
  metrics.gauge('signpost_http_connections', 'HTTP connections that are open.', () => connections());
}
