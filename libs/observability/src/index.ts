export { createLogger, type Logger, type LogOptions } from './logger.js';
export { nestLogger } from './nest-logger.js';
