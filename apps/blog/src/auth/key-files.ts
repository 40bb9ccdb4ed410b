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
import type { PublicJwk } from './token-keys.js';

/** A key pair for ES256: ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4). */
export interface KeyPair {
  /** The key's thumbprint (RFC 7638): the same wherever it is computed. */
  readonly kid: string;
  /** The millisecond in which it was made, which its file is named by. */
  readonly made: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicJwk;
}

const KEY_FILE = /^(\d{13})\.pem$/;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Makes the folder of the keys when there is none. */
export function makeKeyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
}

/** When the keys of a folder were made, the oldest first. */
export function listKeys(folder: string): number[] {
  const times = readdirSync(folder).flatMap((file) => KEY_FILE.exec(file)?.[1] ?? []);
  return times.map(Number).sort((a, b) => a - b);
}

export function readKey(folder: string, made: number): KeyPair {
  const privateKey = createPrivateKey(readFileSync(fileOf(folder, made)));
  const publicKey = createPublicKey(privateKey);
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' }) as { [name in 'crv' | 'kty' | 'x' | 'y']: string };
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { kid, made, privateKey, publicKey, jwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' } };
}

/** Makes a key. The file appears whole or not at all, and when another process was quicker, its key is the one. */
export function makeKey(folder: string, made: number): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = fileOf(folder, made);
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

export function deleteKey(folder: string, made: number): void {
  rmSync(fileOf(folder, made), { force: true });
}

function fileOf(folder: string, made: number): string {
  return join(folder, `${made}.pem`);
}
