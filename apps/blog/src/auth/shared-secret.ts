import { createSecretKey, type KeyObject } from 'node:crypto';
import type { PublicJwk, SigningKey, TokenKeys } from './token-keys.js';

const KID = 'secret';

/** One secret that signs and verifies (HS256), for several machines that share it and nothing else. */
export class SharedSecret implements TokenKeys {
  readonly algorithm = 'HS256';
  readonly #key: KeyObject;

  /** @param secret at least 32 octets long (RFC 7518 section 3.2) */
  constructor(secret: string) {
    // A KeyObject: from a buffer, a key would be made anew for each token, which costs three times as much.
    this.#key = createSecretKey(secret, 'utf8');
  }

  current(): SigningKey {
    return { kid: KID, privateKey: this.#key };
  }

  find(kid: string): KeyObject | undefined {
    return kid === KID ? this.#key : undefined;
  }

  publicKeys(): PublicJwk[] {
    return [];
  }
}
