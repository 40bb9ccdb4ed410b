import type { KeyObject } from 'node:crypto';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { deleteKey, listKeys, makeKey, makeKeyFolder, readKey, type KeyPair } from './key-files.js';
import type { PublicJwk, SigningKey, TokenKeys } from './token-keys.js';

export interface SigningKeysOptions {
  /** Processes that share it share the keys. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a key signs, in milliseconds. */
  readonly rotation: number;
  /** How long a token is good for, in milliseconds. */
  readonly tokenLifetime: number;
}

/** A process may still sign with a key in the moment in which another one makes the next, in milliseconds. */
const OVERLAP_MS = 60_000;

/**
 * The keys that tokens are signed with, one file each, named by the millisecond in which it was made. The newest signs, and
 * makes room for the next when its time has come; it then verifies for as long as there are tokens that it has signed.
 */
export class SigningKeys implements TokenKeys {
  readonly algorithm = 'ES256';
  readonly #options: SigningKeysOptions;
  /** The oldest first. */
  #keys: readonly KeyPair[] = [];

  private constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  /** Reads the keys of a folder, and makes folder and key when there is none. @throws the error of the file system */
  static open(options: SigningKeysOptions): SigningKeys {
    const { folder, clock } = options;
    makeKeyFolder(folder);
    if (listKeys(folder).length === 0) makeKey(folder, clock.now());
    const keys = new SigningKeys(options);
    keys.#read();
    return keys;
  }

  current(): SigningKey {
    this.#rotate();
    return this.#keys.at(-1)!;
  }

  find(kid: string): KeyObject | undefined {
    const known = this.#keys.find((key) => key.kid === kid);
    // Another process may have made a key just now.
    if (!known) this.#read();
    return (known ?? this.#keys.find((key) => key.kid === kid))?.publicKey;
  }

  publicKeys(): PublicJwk[] {
    this.#rotate();
    this.#read();
    return this.#keys.map(({ jwk }) => jwk);
  }

  #rotate(): void {
    try {
      this.#makeNext();
      this.#deleteOld();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the keys could not be rotated: the old ones stay');
    }
  }

  /** Makes the next key when it is due. Its name is computed, so that all processes make the same one. */
  #makeNext(): void {
    const { folder, clock, rotation } = this.#options;
    const { made } = this.#keys.at(-1)!;
    const periods = Math.floor((clock.now() - made) / rotation);
    if (periods < 1) return;
    makeKey(folder, made + periods * rotation);
    this.#read();
  }

  /** Deletes the keys whose successors are older than any token that is still good. */
  #deleteOld(): void {
    const { folder, clock, tokenLifetime } = this.#options;
    const since = clock.now() - tokenLifetime - OVERLAP_MS;
    const old = this.#keys.filter((_, n) => (this.#keys[n + 1]?.made ?? Infinity) <= since);
    for (const { made } of old) deleteKey(folder, made);
    if (old.length > 0) this.#read();
  }

  #read(): void {
    const { folder } = this.#options;
    const known = new Map(this.#keys.map((key) => [key.made, key]));
    this.#keys = listKeys(folder).map((made) => known.get(made) ?? readKey(folder, made));
  }
}
