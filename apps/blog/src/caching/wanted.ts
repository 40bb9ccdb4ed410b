import type { Entry } from '#libs/cache';
import type { Viewer } from '../users/account.js';
import type { BlogCache } from './blog-cache.js';
import { HIT } from './cache-status.js';
import { isForAll, toRepresentation, type Representation } from './cached-reads.js';
import { articleKey, listKey, tagKey } from './keys.js';

const ROW = /^\/api\/v1\/(articles|tags)\/([1-9]\d{0,9})(?:\?min_version=([1-9]\d{0,8}))?$/;
const LIST = /^\/api\/v1\/(articles|tags)(?:\?|$)/;

/** What is read. */
export type Kind = 'articles' | 'tags';

const KEYS: Readonly<Record<Kind, (id: number) => string>> = { articles: articleKey, tags: tagKey };

/** What a request is for, when it is for a row or a list and says so plainly. */
export interface Wanted {
  readonly kind: Kind;
  /** Of a row; undefined for a list. */
  readonly id: number | undefined;
  readonly minVersion: number;
  /** What the cache has it by; undefined when it keeps no such thing. */
  readonly key: string | undefined;
}

/** A row that is wanted. */
export type WantedRow = Wanted & { readonly id: number; readonly key: string };

export function isRow(wanted: Wanted): wanted is WantedRow {
  return wanted.id !== undefined;
}

/** What a request is for; undefined when it is for neither a row nor a list, or says so in an unusual way. @param url as it was sent */
export function parseWanted(url: string, viewer: Viewer): Wanted | undefined {
  const [, kind, digits, minVersion = '0'] = ROW.exec(url) ?? LIST.exec(url) ?? [];
  if (kind === undefined) return undefined;
  const id = digits === undefined ? undefined : Number(digits);
  const key = id === undefined ? listKey(url, viewer) : KEYS[kind as Kind](id);
  return { kind: kind as Kind, id, minVersion: Number(minVersion), key };
}

/** What is wanted, if it lies in the memory of this process and is the same for all who may see it. */
export function peekWanted(cache: BlogCache, { key, minVersion }: Wanted, viewer: Viewer): Representation | undefined {
  const held = key === undefined ? undefined : cache.peek(key, minVersion);
  return held && shownTo(viewer, held);
}

/** What a viewer is given of an entry that everybody, or all who see the same list, may see. */
function shownTo(viewer: Viewer, entry: Entry): Representation | undefined {
  return !viewer || isForAll(entry) ? toRepresentation(entry, HIT) : undefined;
}
