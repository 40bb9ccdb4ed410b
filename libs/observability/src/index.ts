export { DebugServer } from './debug/debug-server.js';
export type { SetLevel } from './debug/metrics-page.js';
export { createLogger, reopenLog, type Logger, type LogOptions } from './log/logger.js';
export { nestLogger } from './log/nest-logger.js';
export { Histogram, type HistogramCounts } from './metrics/histogram.js';
export { expose } from './metrics/exposition.js';
export {
  aggregate,
  Metrics,
  type Exposable,
  type Family,
  type Labels,
  type Reading,
  type Value,
} from './metrics/metrics.js';
export { startTracing, type TraceOptions } from './tracing/start-tracing.js';
export { parseTraceparent, type TraceContext } from './tracing/trace-context.js';
export { contextOf, type Tracing } from './tracing/tracing.js';
