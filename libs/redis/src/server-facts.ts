/** What must be known of a Redis server before it is used. */
export interface ServerFacts {
  /** Changes with every start of the server, and with every failover to another one. */
  readonly runId: string;
  /** `7.0.15` */
  readonly version: string;
  /** What it does when its memory is full: `noeviction`, ... */
  readonly evictionPolicy: string;
}

/** The first release that knows flags of scripts. */
const OLDEST_MAJOR = 7;

/** Octets of a run id that are kept. */
const RUN_ID_LENGTH = 16;

/** Reads the reply of INFO. @throws Error when the server is none that can be used */
export function parseServerFacts(info: string): ServerFacts {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const version = field('redis_version') ?? 'unknown';
  const runId = field('run_id');
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR))
    throw new Error(`Redis ${OLDEST_MAJOR} is needed, not ${version}`);
  if (!runId) throw new Error('INFO gave no run_id');
  return { runId: runId.slice(0, RUN_ID_LENGTH), version, evictionPolicy: field('maxmemory_policy') ?? 'unknown' };
}
