import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Entry } from '#libs/cache';
import { acceptsJson } from '#libs/http';
import { recogniseViewer, type GuardedRequest } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { BlogParts } from '../parts.js';
import { readReply } from '../reply.js';
import type { Viewer } from '../users/account.js';
import { HIT } from './cache-status.js';
import { isForAll } from './cached-reads.js';
import { articleKey, listKey, tagKey } from './keys.js';

const ROW = /^\/api\/v1\/(articles|tags)\/([1-9]\d{0,9})(?:\?min_version=([1-9]\d{0,8}))?$/;
const LIST = /^\/api\/v1\/(?:articles|tags)(?:\?|$)/;

/**
 * Answers what this process holds before Nest sees it: that is most of what such a request costs. Whatever is not quite plain, and whoever's
 * token was not looked at lately, goes the long way, which comes to the same answer.
 */
export function serveHotReads(app: NestFastifyApplication, { cache, config }: BlogParts): void {
  const tokens = app.get(Tokens);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request: GuardedRequest, reply, done) => {
    const held = isPlainRead(request) && mayRead(request) ? find(request.url, request.viewer) : undefined;
    if (!held) return done();
    void reply.send(readReply(reply, { ...held, cacheStatus: HIT }));
  });

  /** Whether it is known that this client may read. */
  function mayRead(request: GuardedRequest): boolean {
    if (request.headers.authorization === undefined) return config.auth.public_reads;
    return (request.viewer ?? recogniseViewer(request, tokens)) !== undefined;
  }

  function find(url: string, viewer: Viewer) {
    const [, kind, id, minVersion = '0'] = ROW.exec(url) ?? [];
    if (id === undefined) return LIST.test(url) ? findList(url, viewer) : undefined;
    const key = kind === 'tags' ? tagKey(Number(id)) : articleKey(Number(id));
    const row = cache.peek(key, Number(minVersion));
    return row && isForAll(row) ? toHeld(row, undefined) : undefined;
  }

  function findList(url: string, viewer: Viewer) {
    const key = listKey(url, viewer);
    const list = key === undefined ? undefined : cache.peek(key);
    return list && toHeld(list, list.note);
  }
}

function isPlainRead({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && acceptsJson(headers.accept);
}

function toHeld({ version, body, etag }: Entry, link: string | undefined) {
  return body && { version, body, etag, link };
}
