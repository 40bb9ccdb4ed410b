import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { addHttpMetrics, logRequests, traceRequests, type RequestCounts } from '#libs/http';
import type { Metrics, Tracing } from '#libs/observability';
import { limitBlogRates, type BlogRates } from './limits/limits.js';
import { addAccessMetrics } from './metrics/access-metrics.js';
import type { BlogParts } from './parts.js';

export interface WatchOptions {
  readonly requests: RequestCounts;
  readonly metrics: Metrics;
  /** None when nothing is traced. */
  readonly tracing: Tracing | undefined;
}

/** Logs, traces, limits and counts requests: what meets each of them before anything else does. @returns the limits, if there are some */
export function watchRequests(
  app: NestFastifyApplication,
  parts: BlogParts,
  { requests, metrics, tracing }: WatchOptions,
): BlogRates | undefined {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  logRequests(fastify, parts.log);
  if (tracing) traceRequests(fastify, tracing);
  const rates = limitBlogRates(app, parts);
  addHttpMetrics(metrics, requests, app.getHttpServer());
  addAccessMetrics(metrics, requests, rates?.refusals);
  return rates;
}
