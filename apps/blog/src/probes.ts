import type { Discovery } from '#libs/discovery';
import { diskProbe, eventLoopProbe, listenerProbe, type Probe, type ProbeGroups, type Shutdown } from '#libs/probes';
import type { Database } from './database/database.js';
import type { CountedCache } from './metrics/cache-metrics.js';

export interface BlogProbesOptions {
  readonly isListening: () => boolean;
  /** Where keys are kept, and the database unless it is elsewhere. */
  readonly dataDir: string;
  readonly database: Database;
  readonly cache: CountedCache;
  /** None when the blog does not register. */
  readonly discovery: Discovery | undefined;
  readonly shutdown: Shutdown;
}

/** What is asked over the network: `?exclude=dependencies` leaves it out. */
const DEPENDENCIES = 'dependencies';

/** What the blog's probes look at; docs/probes.md has a row for each. */
export function blogProbes(options: BlogProbesOptions): ProbeGroups {
  const { isListening, dataDir, database, cache, discovery, shutdown } = options;
  return {
    live: [eventLoopProbe()],
    ready: [
      shutdown,
      listenerProbe(isListening),
      { name: 'database', group: DEPENDENCIES, check: () => database.check() },
      cacheProbe(cache),
      registryProbe(discovery),
      diskProbe(dataDir),
    ],
  };
}

/** Whether the blog can be found: it answers just as well when it cannot. */
function registryProbe(discovery: Discovery | undefined): Probe {
  return {
    name: 'registry',
    group: DEPENDENCIES,
    degrades: true,
    cacheMs: 0,
    check() {
      if (discovery?.isRegistered === false) throw new Error('the registry does not have this program');
    },
  };
}

/** Whether Redis is used: without it every read asks the database. */
function cacheProbe(cache: CountedCache): Probe {
  return {
    name: 'cache',
    group: DEPENDENCIES,
    degrades: true,
    cacheMs: 0,
    check() {
      if (cache.counters.store.state !== 'closed') throw new Error('Redis does not answer');
    },
  };
}
