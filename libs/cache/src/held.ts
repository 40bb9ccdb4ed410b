import type { Entry } from './entry.js';

/** What V8 and Node need for a kept entry besides its octets: objects, slots of maps, the buffer's head. Measured, and the most of it. */
const OVERHEAD = 580;

/** The same for each generation that it belongs to. */
const PER_GENERATION = 40;

/**
 * An entry with a body of its own. A Buffer from a socket or from `Buffer.from(text)` is often a small window on a large block, all of
 * which would stay in memory with it.
 */
export function detached(entry: Entry): Entry {
  if (!entry.body) return entry;
  const body = Buffer.allocUnsafeSlow(entry.body.length);
  entry.body.copy(body);
  return { ...entry, body };
}

/** Octets that it takes to keep an entry, about. */
export function octetsOf(key: string, within: readonly string[], entry?: Entry): number {
  const { etag = '', note = '', body } = entry ?? {};
  return OVERHEAD + PER_GENERATION * within.length + 2 * key.length + etag.length + note.length + (body?.length ?? 0);
}
