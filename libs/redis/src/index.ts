export { type BreakerState } from './breaker.js';
export { type Script } from './connection.js';
export { GuardedRedis, type GuardedRedisOptions } from './guarded-redis.js';
export { type ServerFacts } from './server-facts.js';
export { MemoryFullError, StoreUnavailableError } from './unavailable.js';
