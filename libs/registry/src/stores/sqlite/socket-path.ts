import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../store.js';

/** Octets that the path of a Unix socket may have: 107 on Linux, 103 on macOS. */
const LONGEST = 103;

/**
 * Where the processes over one folder meet: in the folder itself or, when its path is too long for a socket, in a folder of this
 * user's among the temporary files, under a name that is made of the path.
 *
 * @throws StoreError when that folder is not this user's alone
 */
export function socketPath(folder: string, name: string): string {
  const real = realpathSync(folder);
  const path = join(real, `${name}.sock`);
  if (Buffer.byteLength(path) <= LONGEST) return path;
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
  return join(ownTemporaryFolder(), `${digest}-${name}.sock`);
}

function ownTemporaryFolder(): string {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `signpost-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return folder;
  throw new StoreError('unusable', `${folder} must be a folder that is open to this user alone; remove it`);
}
