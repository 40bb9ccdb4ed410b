import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Entry } from '#libs/cache';
import { accepts } from '#libs/http';
import { loadArticle } from '../articles/article.load.js';
import { articleQuery } from '../articles/article.schema.js';
import { Articles } from '../articles/articles.js';
import { recogniseViewer, type GuardedRequest } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { List } from '../lists/list.js';
import { ParsedQueries } from '../lists/parsed-queries.js';
import type { BlogParts } from '../parts.js';
import { linkList, readReply } from '../reply.js';
import { loadTag } from '../tags/tag.load.js';
import { tagQuery } from '../tags/tag.schema.js';
import { Tags } from '../tags/tags.js';
import type { Viewer } from '../users/account.js';
import { HIT } from './cache-status.js';
import { isForAll, toRepresentation, type Representation } from './cached-reads.js';
import { articleKey, listKey, tagKey } from './keys.js';

const ROW = /^\/api\/v1\/(articles|tags)\/([1-9]\d{0,9})(?:\?min_version=([1-9]\d{0,8}))?$/;
const LIST = /^\/api\/v1\/(articles|tags)(?:\?|$)/;

/** How one kind of thing is read. */
interface Resource {
  readonly toKey: (id: number) => string;
  load(id: number, viewer: Viewer): Promise<Entry>;
  /** @returns what reads the list when it is called, or undefined when the query is wrong */
  parseList(url: string, query: unknown): ((viewer: Viewer) => Promise<List<unknown>>) | undefined;
}

/**
 * Answers reads before Nest sees them: that is most of what they cost. Whatever is not quite plain, and whoever's token was not looked at
 * lately, goes the long way, which comes to the same answer.
 */
export function serveHotReads(app: NestFastifyApplication, { cache, config, database, reads }: BlogParts): void {
  const tokens = app.get(Tokens);
  const resources: Readonly<Record<string, Resource>> = {
    articles: {
      toKey: articleKey,
      load: (id, viewer) => loadArticle(database, id, viewer),
      parseList: listParser(articleQuery, app.get(Articles)),
    },
    tags: {
      toKey: tagKey,
      load: (id, viewer) => loadTag(database, id, viewer),
      parseList: listParser(tagQuery, app.get(Tags)),
    },
  };
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request: GuardedRequest, reply, done) => {
    const wanted = isPlainRead(request) && mayRead(request) ? parseRead(request.url, request.viewer) : undefined;
    if (!wanted) return done();
    const held = wanted.key === undefined ? undefined : cache.peek(wanted.key, wanted.minVersion);
    const shown = held && shownTo(request.viewer, held);
    if (shown) return void reply.send(readReply(reply, shown));
    read(request, wanted).then((found) => (found ? void reply.send(readReply(reply, found)) : done()), done);
  });

  /** Whether it is known that this client may read. */
  function mayRead(request: GuardedRequest): boolean {
    if (request.headers.authorization === undefined) return config.auth.public_reads;
    return (request.viewer ?? recogniseViewer(request, tokens)) !== undefined;
  }

  /** What a request is for; undefined when it is for neither a row nor a list, or says so in an unusual way. */
  function parseRead(url: string, viewer: Viewer): Wanted | undefined {
    const [, kind, digits, minVersion = '0'] = ROW.exec(url) ?? LIST.exec(url) ?? [];
    if (kind === undefined) return undefined;
    const resource = resources[kind]!;
    const id = digits === undefined ? undefined : Number(digits);
    const key = id === undefined ? listKey(url, viewer) : resource.toKey(id);
    return { resource, id, minVersion: Number(minVersion), key };
  }

  /** @returns undefined when there is nothing, or nothing new enough, or the query of a list is wrong */
  async function read(request: GuardedRequest, wanted: Wanted): Promise<Representation | undefined> {
    const { url, viewer } = request;
    const { resource, id, minVersion, key } = wanted;
    if (id !== undefined) {
      const found = await reads.row(key!, minVersion, viewer, (who) => resource.load(id, who));
      return found && found.version >= minVersion ? found : undefined;
    }
    const list = resource.parseList(url, request.query);
    return list && reads.list(url, viewer, async () => linkList(url, await list(viewer)));
  }
}

function listParser<Query>(
  schema: z.ZodType<Query>,
  lists: { list(query: Query, viewer: Viewer): Promise<List<unknown>> },
): Resource['parseList'] {
  const queries = new ParsedQueries(schema);
  return (url, raw) => {
    const query = queries.parse(url, raw);
    return query && ((viewer) => lists.list(query, viewer));
  };
}

function isPlainRead({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && accepts(headers.accept, 'application/json');
}

/** What a request is for, as a path of ours. */
interface Wanted {
  readonly resource: Resource;
  /** Of a row; undefined for a list. */
  readonly id: number | undefined;
  readonly minVersion: number;
  /** What the cache has it by; undefined when it keeps no such thing. */
  readonly key: string | undefined;
}

/** What a viewer is given of an entry that everybody, or all who see the same list, may see. */
function shownTo(viewer: Viewer, entry: Entry): Representation | undefined {
  return !viewer || isForAll(entry) ? toRepresentation(entry, HIT) : undefined;
}
