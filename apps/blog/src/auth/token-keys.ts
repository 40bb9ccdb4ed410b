import type { KeyObject } from 'node:crypto';

/** A key that signs. */
export interface SigningKey {
  /** The name that tokens carry, by which the key to verify them with is found. */
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** A public key as `/.well-known/jwks.json` tells it (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: string;
}

/** The keys of access tokens. */
export interface TokenKeys {
  /** Fixed by the settings and never taken from a token (RFC 8725 section 3.1). */
  readonly algorithm: 'ES256' | 'HS256';
  /** The key that signs now. */
  current(): SigningKey;
  /** The key that verifies a token which names `kid`; undefined when there is none. */
  find(kid: string): KeyObject | undefined;
  /** What others verify tokens with; empty for a secret. */
  publicKeys(): PublicJwk[];
}
