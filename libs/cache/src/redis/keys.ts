/** The names of everything that the cache has in Redis, below a prefix. All of it has a time to live. */
export interface Keys {
  entry(key: string): string;
  /** The nonce of a generation. */
  generation(name: string): string;
  /** Held by the first who reads the database for a cold key. */
  lease(key: string): string;
  /** The generation that everything belongs to: the server's run id, and a nonce. */
  readonly epoch: string;
  /** The channel on which invalidations are published. */
  readonly channel: string;
}

/** @param prefix `signpost:`, so that several programs can share a server */
export function keysUnder(prefix: string): Keys {
  return {
    entry: (key) => `${prefix}entry:${key}`,
    generation: (name) => `${prefix}generation:${name}`,
    lease: (key) => `${prefix}lease:${key}`,
    epoch: `${prefix}epoch`,
    channel: `${prefix}invalidations`,
  };
}
