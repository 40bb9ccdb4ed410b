import { hash } from 'node:crypto';
import type { Entry, VersionedCache } from '#libs/cache';
import { buildEtag } from '#libs/http';
import type { Viewer } from '../users/account.js';
import { buildCacheStatus, BYPASSED } from './cache-status.js';
import { listKey, queryOf } from './keys.js';

/** A finished answer to a read. */
export interface Representation {
  readonly version: number;
  /** JSON. */
  readonly body: Buffer;
  readonly etag: string;
  /** The header `Link`, of a list. */
  readonly link: string | undefined;
  /** The header `Cache-Status`. */
  readonly cacheStatus: string;
}

/** A list as it is answered, and its links. */
export interface LinkedList {
  readonly list: object;
  /** The header `Link`, if it has one. */
  readonly link: string | undefined;
}

/** Reads a row as a viewer sees it: an entry without a body when they may not, but with its version all the same. */
export type LoadRow = (viewer: Viewer) => Promise<Entry>;

/** The note at a row of which some see more than everybody does. */
export const PARTIAL = 'partial';

/** Reads rows and lists through the cache. */
export class CachedReads {
  readonly #cache: Pick<VersionedCache, 'read'>;

  constructor(cache: Pick<VersionedCache, 'read'>) {
    this.#cache = cache;
  }

  /**
   * A row as a viewer sees it. The cache knows what everybody sees; what only some do is read from the database each time, and kept
   * nowhere.
   *
   * @param minVersion an older one is read again
   * @returns undefined when there is none that the viewer may see
   */
  async row(
    key: string,
    minVersion: number | undefined,
    viewer: Viewer,
    load: LoadRow,
  ): Promise<Representation | undefined> {
    const shown = await this.#cache.read(queryOf(key, minVersion), () => load(undefined));
    if (!viewer || isForAll(shown)) return toRepresentation(shown, buildCacheStatus(shown));
    return toRepresentation(await load(viewer), BYPASSED);
  }

  /**
   * A list as a viewer sees it.
   *
   * @param url path and query as they were sent
   */
  async list(url: string, viewer: Viewer, load: () => Promise<LinkedList>): Promise<Representation> {
    const key = listKey(url, viewer);
    if (key === undefined) return toRepresentation(toListEntry(await load()), BYPASSED)!;
    const answer = await this.#cache.read(queryOf(key), async () => toListEntry(await load()));
    return toRepresentation(answer, buildCacheStatus(answer))!;
  }
}

/** Whether a row is the same for all who may see it, as far as what everybody sees can tell. */
export function isForAll({ body, note }: Entry): boolean {
  return body !== undefined && note !== PARTIAL;
}

/** An entry with a body of JSON. */
export function toEntry(version: number, etag: string, value: object, note?: string): Entry {
  return { version, etag, body: Buffer.from(JSON.stringify(value)), ...(note !== undefined && { note }) };
}

/** A list has no version; its entity tag is made from its octets. */
function toListEntry({ list, link }: LinkedList): Entry {
  const entry = toEntry(0, '', list, link);
  return { ...entry, etag: buildEtag(hash('sha256', entry.body!, 'base64url')) };
}

/** An entry as an answer; undefined when it has no body. */
export function toRepresentation(
  { version, body, etag, note }: Entry,
  cacheStatus: string,
): Representation | undefined {
  if (!body) return undefined;
  return { version, body, etag, link: note === PARTIAL ? undefined : note, cacheStatus };
}
