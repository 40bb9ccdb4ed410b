/** How a check is run: one member for each type that `checks/types.ts` lists. Times are in milliseconds. */
export type Probe = TtlProbe | HttpProbe;

/** What every probe may say. */
interface Common {
  /** Longest output kept, in octets of UTF-8: at most 4096, less on request. */
  readonly outputMaxSize: number;
  /** The check's service is removed when it was critical for longer than this; 0: never. */
  readonly deregisterCriticalServiceAfter: number;
}

/** The service itself reports, at least once in `ttl`. */
export interface TtlProbe extends Common {
  readonly type: 'ttl';
  readonly ttl: number;
}

/** What probes that the registry runs by itself have in common. */
export interface Periodic extends Common {
  readonly interval: number;
  readonly timeout: number;
  /** Successes in a row before a failing check passes again; 0: the first counts. */
  readonly successBeforePassing: number;
  /** Failures in a row before a check is a warning, and before it is critical; 0: the first counts. */
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
}

/** An HTTP request: 2xx passes, 429 warns, everything else is critical. */
export interface HttpProbe extends Periodic {
  readonly type: 'http';
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly disableRedirects: boolean;
  readonly tlsServerName: string;
  readonly tlsSkipVerify: boolean;
}
