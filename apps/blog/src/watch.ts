import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { addHttpMetrics, logRequests, traceRequests, type RequestCounts } from '#libs/http';
import type { Metrics, Tracing } from '#libs/observability';
import { limitBlogRates } from './limits.js';
import { addAccessMetrics } from './metrics/access-metrics.js';
import type { BlogParts } from './parts.js';

export interface WatchOptions {
  readonly requests: RequestCounts;
  readonly metrics: Metrics;
  /** None when nothing is traced. */
  readonly tracing: Tracing | undefined;
}

/** Logs, traces, limits and counts requests: what meets each of them before anything else does. */
export function watchRequests(
  app: NestFastifyApplication,
  parts: BlogParts,
  { requests, metrics, tracing }: WatchOptions,
): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  logRequests(fastify, parts.log);
  if (tracing) traceRequests(fastify, tracing);
  const refusals = limitBlogRates(app, parts);
  addHttpMetrics(metrics, requests, app.getHttpServer());
  addAccessMetrics(metrics, requests, refusals);
}
