export { Breaker, type BreakerOptions, type BreakerState } from './breaker.js';
export { Connection, type ConnectionOptions, type Script } from './connection.js';
export { GuardedRedis, type GuardedRedisOptions } from './guarded-redis.js';
export { type ServerFacts } from './server-facts.js';
export { AWAY, MemoryFullError, StoreUnavailableError } from './unavailable.js';
