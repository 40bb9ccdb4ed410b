import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key pair for ES256: ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4). */
export interface SigningKey {
  /** The key's thumbprint (RFC 7638): the same wherever it is computed. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const KEY_FILE = /^\d{13}\.pem$/;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * The keys that tokens are signed with, one file each, named by the millisecond in which it was made. The newest signs; all
 * of them verify, so that a new key ends nobody's session.
 */
export class SigningKeys {
  private constructor(private readonly byKid: ReadonlyMap<string, SigningKey>) {}

  /** Reads the keys of a folder, and makes folder and key when there is none. */
  static load(folder: string, now: number): SigningKeys {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    if (keyFiles(folder).length === 0) makeKey(join(folder, `${now}.pem`));
    const keys = keyFiles(folder).map((file) => readKey(join(folder, file)));
    return new SigningKeys(new Map(keys.map((key) => [key.kid, key])));
  }

  /** The key that signs. */
  get current(): SigningKey {
    return [...this.byKid.values()].at(-1)!;
  }

  find(kid: string): SigningKey | undefined {
    return this.byKid.get(kid);
  }
}

/** Oldest first. */
function keyFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => KEY_FILE.test(file))
    .sort();
}

/** Makes a key. The file appears whole or not at all, and when another process was quicker, its key is the one. */
function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const temporary = `${file}.${randomUUID()}`;
  writeFileSync(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY, flag: 'wx' });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
}

function readKey(file: string): SigningKey {
  const privateKey = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(privateKey);
  return { kid: thumbprint(publicKey), privateKey, publicKey };
}

function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
