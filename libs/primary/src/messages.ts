/** The environment variable that tells a worker that it is one: the process id of its primary. */
export const PRIMARY_VARIABLE = 'SUPERVISED_BY';

/** What a worker tells of itself when it has opened everything. */
export interface Serving {
  /** What the program serves, by name: `{ registry: 'http://127.0.0.1:8500', dns: '127.0.0.1:8600' }`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What a person at a terminal should read. */
  readonly banner: readonly string[];
  /** An account that was made at this start: the only time that its password is told. */
  readonly account?: { readonly name: string; readonly password: string };
  readonly policy: Policy;
}

/** How the primary is to treat the workers, from their configuration: it reads none itself. Times are in milliseconds. */
export interface Policy {
  /** How many there are to be. */
  readonly workers: number;
  /** Within this a new worker has to serve. */
  readonly readyTimeout: number;
  /** So long one that is replaced may take to finish. */
  readonly drainTimeout: number;
  /** Where the primary listens for `reload`. */
  readonly folder: string;
  readonly log: LogPolicy;
}

/** The section `[log]`. */
export interface LogPolicy {
  readonly level: string;
  readonly format: 'auto' | 'pretty' | 'json';
  /** A path; empty: standard output. */
  readonly file: string;
}

/** Why a worker does not start. */
export interface Refusal {
  /** In sentences for the person who started it. */
  readonly problems: readonly string[];
}

/** What the primary has seen since it started. */
export interface PrimaryState {
  readonly reloads: { readonly succeeded: number; readonly failed: number };
  /** Workers that ended without having been told to. */
  readonly deaths: number;
  /** Workers that serve, and workers that finish what they have. */
  readonly serving: number;
  readonly draining: number;
}

/** What one worker answered to what all were asked. */
export interface Gathered {
  readonly pid: number;
  /** Undefined when it did not answer in time, or could not. */
  readonly answer?: unknown;
}
