export { DebugServer } from './debug-server.js';
export { createLogger, type Logger, type LogOptions } from './logger.js';
export { Histogram, type HistogramCounts } from './metrics/histogram.js';
export { expose } from './metrics/exposition.js';
export { Metrics, type Family, type Labels, type Reading, type Value } from './metrics/metrics.js';
export { nestLogger } from './nest-logger.js';
