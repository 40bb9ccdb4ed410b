import type { RateRefusals, RequestCounts } from '#libs/http';
import type { Metrics, Reading } from '#libs/observability';

/** What became of a login, by the status of its answer. */
const RESULTS: Readonly<Record<number, string>> = { 200: 'ok', 401: 'wrong', 429: 'limited' };

/** Where names and passwords are turned into tokens. */
const LOGIN = '/auth';

/** Adds logins, and requests that were too many. @param refusals none when nobody is limited */
export function addAccessMetrics(metrics: Metrics, requests: RequestCounts, refusals: RateRefusals | undefined): void {
  metrics.counter('signpost_blog_logins_total', 'Logins by what became of them.', () => logins(requests));
  metrics.counter('signpost_blog_rate_limited_total', 'Requests that were refused as too many, by policy.', () =>
    [...(refusals ?? [])].map(([policy, count]): Reading<number> => [{ policy }, count]),
  );
}

function logins(requests: RequestCounts): Reading<number>[] {
  const counts = new Map<string, number>();
  for (const { route, method, statuses } of requests.routes) {
    if (route !== LOGIN || (method !== 'GET' && method !== 'POST')) continue;
    for (const [status, count] of statuses) {
      const result = RESULTS[status] ?? 'failed';
      counts.set(result, (counts.get(result) ?? 0) + count);
    }
  }
  return [...counts].map(([result, count]) => [{ result }, count]);
}
