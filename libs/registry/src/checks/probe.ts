/** How a check is run: one member for each type that `checks/types.ts` lists. Times are in milliseconds. */
export type Probe = TtlProbe | AliasProbe | HttpProbe | TcpProbe | UdpProbe | GrpcProbe | H2PingProbe;

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

/** Another instance's or node's health, taken over. */
export interface AliasProbe extends Common {
  readonly type: 'alias';
  readonly node: string;
  /** The instance; empty: the node as a whole. */
  readonly serviceId: string;
}

/** Where to connect: a name or an IP address, and a port from 1 to 65535. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Whether and how to speak TLS. */
interface Secured {
  readonly useTls: boolean;
  /** The name in the certificate; empty: the target's host. */
  readonly tlsServerName: string;
  readonly tlsSkipVerify: boolean;
}

/** A TCP connection: passes once it is made. */
export interface TcpProbe extends Periodic, Secured {
  readonly type: 'tcp';
  readonly target: Target;
}

/** An empty datagram: a reply passes, and so does silence; only a refusal is critical. */
export interface UdpProbe extends Periodic {
  readonly type: 'udp';
  readonly target: Target;
}

/** gRPC's health protocol (grpc.health.v1): SERVING passes. */
export interface GrpcProbe extends Periodic, Secured {
  readonly type: 'grpc';
  readonly target: Target;
  /** Which of the server's services; empty: the server as a whole. */
  readonly service: string;
}

/** An HTTP/2 PING frame: its acknowledgement passes. */
export interface H2PingProbe extends Periodic, Secured {
  readonly type: 'h2ping';
  readonly target: Target;
}
