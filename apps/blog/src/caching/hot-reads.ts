import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { accepts } from '#libs/http';
import { articleQuery } from '../articles/article.schema.js';
import { Articles } from '../articles/articles.js';
import { recogniseViewer, type GuardedRequest } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { List } from '../lists/list.js';
import { ParsedQueries } from '../lists/parsed-queries.js';
import type { BlogParts } from '../parts.js';
import { linkList, readReply } from '../reply.js';
import { tagQuery } from '../tags/tag.schema.js';
import { Tags } from '../tags/tags.js';
import type { Viewer } from '../users/account.js';
import type { Representation } from './cached-reads.js';
import { readRow } from './read-row.js';
import { soughtInFront } from './ready-reads.js';
import { isRow, parseWanted, peekWanted, type Kind, type Wanted } from './wanted.js';

/** @returns what reads the list that is asked for when it is called, or undefined when the query is wrong */
type ParseList = (url: string, query: unknown) => ((viewer: Viewer) => Promise<List<unknown>>) | undefined;

/**
 * Answers reads before Nest sees them: that is most of what they cost. Whatever is not quite plain, and whoever's token was not looked at
 * lately, goes the long way, which comes to the same answer.
 */
export function serveHotReads(app: NestFastifyApplication, parts: BlogParts): void {
  const { cache, config, reads } = parts;
  const tokens = app.get(Tokens);
  const lists: Readonly<Record<Kind, ParseList>> = {
    articles: listParser(articleQuery, app.get(Articles)),
    tags: listParser(tagQuery, app.get(Tags)),
  };
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request: GuardedRequest, reply, done) => {
    const sought = soughtInFront(request.raw);
    if (sought) return done(sought.error);
    const wanted = isPlainRead(request) && mayRead(request) ? parseWanted(request.url, request.viewer) : undefined;
    if (!wanted) return done();
    const shown = peekWanted(cache, wanted, request.viewer);
    if (shown) return void reply.send(readReply(reply, shown));
    read(request, wanted).then((found) => (found ? void reply.send(readReply(reply, found)) : done()), done);
  });

  /** Whether it is known that this client may read. */
  function mayRead(request: GuardedRequest): boolean {
    if (request.headers.authorization === undefined) return config.auth.public_reads;
    return (request.viewer ?? recogniseViewer(request, tokens)) !== undefined;
  }

  /** @returns undefined when there is nothing, or nothing new enough, or the query of a list is wrong */
  async function read(request: GuardedRequest, wanted: Wanted): Promise<Representation | undefined> {
    const { url, viewer } = request;
    if (isRow(wanted)) return readRow(parts, wanted, viewer);
    const list = lists[wanted.kind](url, request.query);
    return list && reads.list(url, viewer, async () => linkList(url, await list(viewer)));
  }
}

function listParser<Query>(
  schema: z.ZodType<Query>,
  lists: { list(query: Query, viewer: Viewer): Promise<List<unknown>> },
): ParseList {
  const queries = new ParsedQueries(schema);
  return (url, raw) => {
    const query = queries.parse(url, raw);
    return query && ((viewer) => lists.list(query, viewer));
  };
}

function isPlainRead({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && accepts(headers.accept, 'application/json');
}
