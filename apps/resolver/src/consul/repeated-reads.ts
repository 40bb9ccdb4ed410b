import { revisionOf, type Catalog, type Revision, type Topic } from '#libs/registry';
import { requestIdHeader, type FindAnswer } from '#libs/http';
import type { AnswerCache } from './answer-cache.js';
import { acceptsGzip, isWorthCompressing } from './send.js';
import type { ConsulServer } from './server.js';

export interface RepeatedReadsOptions {
  readonly catalog: Catalog;
  readonly answers: AnswerCache;
  readonly server: Pick<ConsulServer, 'everyHeader' | 'isOpenTo'>;
}

/** The index of an answer that is made from a topic: Consul has none below 1. */
export function indexOf(catalog: Catalog, topic: Topic): Revision {
  return Math.max(1, revisionOf(catalog, topic));
}

/**
 * Finds answers that were given to the same address before and that nothing has changed since, for the front. The first time the long way has
 * read and checked the address; what else an answer may hang on is looked at here.
 */
export function repeatedReads({ catalog, answers, server }: RepeatedReadsOptions): FindAnswer {
  return (request) => {
    const { url = '', headers } = request;
    const answer = answers.find(url);
    const repeat = answer?.repeat;
    if (!repeat || answer.index !== indexOf(catalog, repeat.topic)) return undefined;
    // What it may say wrongly, the long way tells.
    if (headers['cache-control'] !== undefined || !server.isOpenTo(request)) return undefined;
    const isPacked = isWorthCompressing(answer) && acceptsGzip(headers);
    const body = isPacked ? answer.packed : answer.bytes;
    if (!body) return undefined;
    const all = [...server.everyHeader, ...requestIdHeader(headers), ...repeat.headers];
    if (isPacked) all.push('Content-Encoding', 'gzip');
    all.push('Content-Length', String(body.length));
    return { status: 200, headers: all, body, route: repeat.route };
  };
}
