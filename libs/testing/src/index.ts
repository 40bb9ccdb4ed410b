export { eventually } from './eventually.js';
export { FakeClock } from './fake-clock.js';
export { Mariadb, MARIADB_PASSWORD, OwnMariadb } from './mariadb.js';
export { TestProgram } from './program.js';
export { TestRedis } from './redis.js';
export { tempFolder } from './temp-folder.js';
export { startUnbound, type Unbound } from './unbound.js';
export { MemoryStore } from './memory-store.js';
export { aCheck, anInstance, aNode } from './records.js';
