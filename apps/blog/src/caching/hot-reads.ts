import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { accepts } from '#libs/http';
import { recogniseViewer, type GuardedRequest } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { BlogParts } from '../parts.js';
import { readReply } from '../reply.js';
import type { Representation } from './cached-reads.js';
import type { ListReads } from './list-reads.js';
import { readRow } from './read-row.js';
import { soughtInFront } from './ready-reads.js';
import { isRow, parseWanted, peekWanted, type Wanted } from './wanted.js';

/**
 * Answers reads before Nest sees them: that is most of what they cost. Whatever is not quite plain, and whoever's token was not looked at
 * lately, goes the long way, which comes to the same answer.
 */
export function serveHotReads(app: NestFastifyApplication, parts: BlogParts, lists: ListReads): void {
  const { cache, config } = parts;
  const tokens = app.get(Tokens);
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
    return lists.parse(wanted.kind, url, request.query)?.(viewer);
  }
}

function isPlainRead({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && accepts(headers.accept, 'application/json');
}
