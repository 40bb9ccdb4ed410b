import type { FastifyReply, FastifyRequest } from 'fastify';
import { revisionOf, type Registry, type Topic, type Watches } from '#libs/registry';
import { AnswerCache, type Answer } from './answer-cache.js';
import type { Waiting } from './limits/waiting.js';
import { readOptions, type Query, type ReadOptions } from './query.js';
import { sendAnswer, toJson } from './send.js';

/** What a controller says about a read: what it watches, and how its answer is made. */
export interface Read {
  readonly topic: Topic;
  body(options: ReadOptions): unknown;
}

/** Answers reads of the catalog: parameters, blocking, index headers, one serialisation for all who ask the same. */
export class Reads {
  readonly #registry: Registry;
  readonly #watches: Watches;
  readonly #waiting: Waiting;
  readonly #cache = new AnswerCache();

  constructor(registry: Registry, watches: Watches, waiting: Waiting) {
    this.#registry = registry;
    this.#watches = watches;
    this.#waiting = waiting;
  }

  /** The parameters of a read. @throws ConsulError */
  options(request: FastifyRequest): ReadOptions {
    return readOptions(request.query as Query, request.headers, this.#registry.node.datacenter);
  }

  /** Answers with what `read` gives, once it is newer than the client's index or the client has waited long enough. */
  async answer(request: FastifyRequest, reply: FastifyReply, read: Read): Promise<void> {
    const options = this.options(request);
    // Before waiting: a mistake in the request is told at once.
    let answer = this.#answer(request, options, read);
    if (options.index >= answer.index) {
      await this.#wait(request, options, read.topic);
      answer = this.#answer(request, options, read);
    }
    setIndexHeaders(reply, answer.index, options);
    await sendAnswer(request, reply, answer);
  }

  #answer(request: FastifyRequest, options: ReadOptions, read: Read): Answer {
    const index = Math.max(1, revisionOf(this.#registry.catalog, read.topic));
    return this.#cache.get(questionOf(request.url), index, () => toJson(read.body(options), options.pretty));
  }

  #wait(request: FastifyRequest, { index, wait }: ReadOptions, topic: Topic): Promise<void> {
    // Consul adds up to a sixteenth, so that clients who came together do not come back together.
    const longest = wait + (Math.random() * wait) / 16;
    return this.#waiting.hold(request, (gone) => this.#watches.newerThan(topic, index, longest, gone));
  }
}

/** What was asked for, without what only says when to answer. */
function questionOf(url: string): string {
  const mark = url.indexOf('?');
  if (mark < 0) return url;
  const parameters = url.slice(mark + 1).split('&');
  return `${url.slice(0, mark)}?${parameters.filter((p) => !/^(index|wait|token)=/.test(p)).join('&')}`;
}

function setIndexHeaders(reply: FastifyReply, index: number, { consistency, cached }: ReadOptions): void {
  reply.header('X-Consul-Index', String(index));
  reply.header('X-Consul-KnownLeader', 'true');
  reply.header('X-Consul-LastContact', '0');
  reply.header('X-Consul-Effective-Consistency', consistency);
  reply.header('X-Consul-Query-Backend', 'blocking-query');
  if (cached) reply.header('X-Cache', 'MISS').header('Age', '0');
}
