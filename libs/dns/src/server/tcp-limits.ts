/** Bounds for TCP clients; times in milliseconds. */
export interface TcpLimits {
  /** Connections in all. */
  readonly connections: number;
  /** Connections from one address. */
  readonly connectionsPerAddress: number;
  /** From the connection, or the first octet of a message, to the whole message. */
  readonly messageTimeout: number;
  /** Between the last message and the next. */
  readonly idleTimeout: number;
  /** The same, and from the connection to the first octet, while three quarters of all connections are taken. */
  readonly crowdedIdleTimeout: number;
  /** How long a client may leave its answers unread. */
  readonly writeTimeout: number;
  /** Octets of unread answers at which a client's further questions wait. */
  readonly unsentBytes: number;
}

/** As other DNS servers have them (RFC 7766 section 6.2.3 asks for seconds, not minutes). */
export const DEFAULT_TCP_LIMITS: TcpLimits = {
  connections: 256,
  connectionsPerAddress: 32,
  messageTimeout: 5_000,
  idleTimeout: 10_000,
  crowdedIdleTimeout: 2_000,
  writeTimeout: 5_000,
  unsentBytes: 256 * 1024,
};
