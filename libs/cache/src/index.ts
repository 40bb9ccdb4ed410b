export { type CacheCounters } from './counters.js';
export { type Entry, type Invalidation, type Load, type Query } from './entry.js';
export { newCache, type CacheSettings } from './new-cache.js';
export { type Outbox, type OutboxRow } from './outbox.js';
export { type Inspection } from './store.js';
export { type CacheTimes } from './times.js';
export { type Answer, VersionedCache } from './versioned-cache.js';
