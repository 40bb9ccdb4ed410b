import type { IncomingMessage } from 'node:http';
import {
  accepts,
  isNoneMatch,
  requestIdHeader,
  SECURITY_HEADERS,
  varyByOrigin,
  type FindAnswer,
  type ReadyAnswer,
} from '#libs/http';
import type { Tokens } from '../auth/tokens.js';
import type { BlogRates } from '../limits/limits.js';
import type { BlogParts } from '../parts.js';
import { answerHeaders, VARY } from '../reply.js';
import type { Viewer } from '../users/account.js';
import type { Representation } from './cached-reads.js';
import type { ListReads } from './list-reads.js';
import { readRow } from './read-row.js';
import { isRow, parseWanted, peekWanted, type Wanted } from './wanted.js';

const EVERY_ANSWER: readonly string[] = Object.entries(SECURITY_HEADERS).flat();
const NO_HEADERS: readonly string[] = [];

const SOUGHT = Symbol('what was looked for');

/** What became of a row or a list that was looked for in front of Fastify, in vain. */
interface Sought {
  /** Of the database, or of a cursor that is none, unless there is just no such row. */
  readonly error?: Error;
}

interface Seeking {
  [SOUGHT]?: Sought;
}

/** @returns undefined when what a request wants was not looked for in front of Fastify */
export function soughtInFront(request: IncomingMessage & Seeking): Sought | undefined {
  return request[SOUGHT];
}

export interface ReadyReadsOptions extends Pick<BlogParts, 'cache' | 'config' | 'database' | 'reads'> {
  readonly tokens: Tokens;
  readonly lists: ListReads;
  /** None when nobody is limited. */
  readonly rates: BlogRates | undefined;
}

/**
 * Finds reads for the front, of whoever needs no token or whose token was looked at lately: rows and lists in the memory of this process or
 * elsewhere, lists by addresses that came before. All others go the long way, through the hooks and `hot-reads.ts` or Nest, which comes to the same answer.
 */
export function readyReads(options: ReadyReadsOptions): FindAnswer {
  const { cache, config, tokens, rates, lists } = options;
  const scripts = config.blog.cors_origins.length > 0;
  const vary = scripts ? varyByOrigin(VARY) : VARY;
  return (request: IncomingMessage & Seeking) => {
    const { headers, url = '' } = request;
    const { authorization, origin, accept } = headers;
    if ((scripts && origin !== undefined) || !accepts(accept, 'application/json')) return undefined;
    const viewer = authorization === undefined ? undefined : tokens.recogniseSender(authorization);
    if (!viewer && (authorization !== undefined || !config.auth.public_reads)) return undefined;
    const wanted = parseWanted(url, viewer);
    const rate = wanted && (rates ? rates.chargeRead(request, viewer) : NO_HEADERS);
    if (!rate) return undefined;
    const shown = peekWanted(cache, wanted, viewer);
    if (shown) return toAnswer(request, wanted, shown, rate);
    const reading = read(url, wanted, viewer);
    if (!reading) return undefined;
    const inVain = (error?: Error) => void (request[SOUGHT] = error ? { error } : {});
    return reading.then((found) => (found ? toAnswer(request, wanted, found, rate) : inVain()), inVain);
  };

  function read(url: string, wanted: Wanted, viewer: Viewer): Promise<Representation | undefined> | undefined {
    return isRow(wanted) ? readRow(options, wanted, viewer) : lists.known(wanted.kind, url)?.(viewer);
  }

  function toAnswer(
    { headers }: IncomingMessage,
    wanted: Wanted,
    shown: Representation,
    rate: readonly string[],
  ): ReadyAnswer {
    const isKnown = isNoneMatch(headers['if-none-match'], shown.etag);
    const all = [...EVERY_ANSWER, ...requestIdHeader(headers), ...rate, ...answerHeaders(shown, isKnown, vary)];
    if (isKnown) return { status: 304, headers: all, body: undefined, route: routeOf(wanted) };
    all.push('content-length', String(shown.body.length));
    return { status: 200, headers: all, body: shown.body, route: routeOf(wanted) };
  }
}

/** As the controllers register it. */
function routeOf({ kind, id }: Wanted): string {
  return id === undefined ? `/api/v1/${kind}` : `/api/v1/${kind}/:id`;
}
