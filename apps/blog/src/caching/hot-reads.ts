import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Entry } from '#libs/cache';
import { accepts } from '#libs/http';
import { recogniseViewer, type GuardedRequest } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { BlogParts } from '../parts.js';
import { readReply } from '../reply.js';
import type { Viewer } from '../users/account.js';
import { buildCacheStatus, HIT } from './cache-status.js';
import { isForAll, toRepresentation, type Representation } from './cached-reads.js';
import { articleKey, listKey, queryOf, tagKey } from './keys.js';

const ROW = /^\/api\/v1\/(articles|tags)\/([1-9]\d{0,9})(?:\?min_version=([1-9]\d{0,8}))?$/;
const LIST = /^\/api\/v1\/(?:articles|tags)(?:\?|$)/;

/**
 * Answers what is in the cache before Nest sees it: that is most of what such a request costs. Whatever is not quite plain, and whoever's
 * token was not looked at lately, goes the long way, which comes to the same answer.
 */
export function serveHotReads(app: NestFastifyApplication, { cache, config }: BlogParts): void {
  const tokens = app.get(Tokens);
  const isShared = config.redis.url !== '';
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request: GuardedRequest, reply, done) => {
    const wanted = isPlainRead(request) && mayRead(request) ? parseRead(request.url, request.viewer) : undefined;
    if (!wanted) return done();
    const send = (held: Representation | undefined): void => {
      if (held) void reply.send(readReply(reply, held));
      else done();
    };
    const { key, minVersion } = wanted;
    const held = cache.peek(key, minVersion);
    if (held || !isShared) return send(held && shownTo(request.viewer, held, HIT));
    cache
      .find(queryOf(key, minVersion))
      .then((found) => send(found && shownTo(request.viewer, found, buildCacheStatus(found))), done);
  });

  /** Whether it is known that this client may read. */
  function mayRead(request: GuardedRequest): boolean {
    if (request.headers.authorization === undefined) return config.auth.public_reads;
    return (request.viewer ?? recogniseViewer(request, tokens)) !== undefined;
  }
}

function isPlainRead({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && accepts(headers.accept, 'application/json');
}

/** Which key a request is for; undefined when it is for none, or says so in an unusual way. */
function parseRead(url: string, viewer: Viewer): { key: string; minVersion?: number } | undefined {
  const [, kind, id, minVersion] = ROW.exec(url) ?? [];
  if (id === undefined) {
    const key = LIST.test(url) ? listKey(url, viewer) : undefined;
    return key === undefined ? undefined : { key };
  }
  const key = kind === 'tags' ? tagKey(Number(id)) : articleKey(Number(id));
  return minVersion === undefined ? { key } : { key, minVersion: Number(minVersion) };
}

/** What a viewer is given of an entry that everybody, or all who see the same list, may see. */
function shownTo(viewer: Viewer, entry: Entry, cacheStatus: string): Representation | undefined {
  return !viewer || isForAll(entry) ? toRepresentation(entry, cacheStatus) : undefined;
}
