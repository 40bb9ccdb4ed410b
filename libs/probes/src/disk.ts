import { statfs } from 'node:fs/promises';
import type { Probe } from './probe.js';

const MIB = 1_048_576;
/** Time enough to make room: what fails when there is none left is another probe's to tell. */
const MIN_FREE_MIB = 64;

/**
 * Whether there is room on the disk.
 *
 * @param folder what is stored lies there; while it does not exist nothing is
 */
export function diskProbe(folder: string, minFreeMib = MIN_FREE_MIB): Probe {
  return {
    name: 'disk',
    degrades: true,
    async check() {
      const free = await freeOctets(folder);
      if (free < minFreeMib * MIB) throw new Error(`less than ${minFreeMib} MiB are free where data is stored`);
    },
  };
}

/** What an ordinary user may still write. */
async function freeOctets(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Infinity;
    throw error;
  }
}
