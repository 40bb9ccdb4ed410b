import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry, Topic } from '#libs/registry';
import type { Answer, AnswerCache, Repeat } from './answer-cache.js';
import type { Waiting } from './limits/waiting.js';
import { readOptions, type Query, type ReadOptions } from './query.js';
import { indexOf } from './repeated-reads.js';
import { jsonHeaders, sendAnswer, toJson, type Headers } from './send.js';

/** What a controller says about a read: what it watches, and how its answer is made. */
export interface Read {
  readonly topic: Topic;
  body(options: ReadOptions): unknown;
}

/** Answers reads of the catalog: parameters, blocking, index headers, one serialisation for all who ask the same. */
export class Reads {
  readonly #registry: Registry;
  readonly #waiting: Waiting;
  readonly #answers: AnswerCache;

  constructor(registry: Registry, waiting: Waiting, answers: AnswerCache) {
    this.#registry = registry;
    this.#waiting = waiting;
    this.#answers = answers;
  }

  /** Answers with what `read` gives, once it is newer than the client's index or the client has waited long enough. @throws ConsulError */
  answer(request: FastifyRequest, reply: FastifyReply, read: Read): void {
    const options = readOptions(request.query as Query, request.headers, this.#registry.node.datacenter);
    // Before waiting: a mistake in the request is told at once.
    const answer = this.#answer(request, options, read);
    if (options.index < answer.index) {
      // Who asks for the second time may well ask again.
      if (answer.known && !TIMING.test(request.url)) answer.repeat ??= repeatOf(request, options, answer, read);
      return this.#send(request, reply, options, answer);
    }
    const wait = { topic: read.topic, known: options.index, ms: spread(options.wait) };
    this.#waiting.hold(request, reply, wait, () =>
      this.#send(request, reply, options, this.#answer(request, options, read)),
    );
  }

  #send(request: FastifyRequest, reply: FastifyReply, options: ReadOptions, answer: Answer): void {
    sendAnswer(request, reply, answer, indexHeaders(answer, options));
  }

  #answer(request: FastifyRequest, options: ReadOptions, read: Read): Answer {
    const index = indexOf(this.#registry.catalog, read.topic);
    return this.#answers.get(questionOf(request.url), index, () => toJson(read.body(options), options.pretty));
  }
}

/** Consul adds up to a sixteenth of the time, so that clients who came together do not come back together. */
function spread(ms: number): number {
  return ms + (Math.floor(Math.random() * 16) / 16) * (ms / 16);
}

function repeatOf(request: FastifyRequest, options: ReadOptions, answer: Answer, { topic }: Read): Repeat {
  return { topic, headers: jsonHeaders(indexHeaders(answer, options)), route: request.routeOptions.url! };
}

/** Parameters that say when and to whom to answer, not what. */
const BESIDE = /^(index|wait|token)=/;
const TIMING = /[?&](index|wait|token)=/;

/** What was asked for, without those. */
function questionOf(url: string): string {
  if (!TIMING.test(url)) return url;
  const mark = url.indexOf('?') + 1;
  const parameters = url.slice(mark).split('&');
  return url.slice(0, mark) + parameters.filter((parameter) => !BESIDE.test(parameter)).join('&');
}

function indexHeaders({ index, known }: Answer, { consistency, cached }: ReadOptions): Headers {
  return [
    'X-Consul-Index',
    String(index),
    'X-Consul-KnownLeader',
    'true',
    'X-Consul-LastContact',
    '0',
    'X-Consul-Effective-Consistency',
    consistency,
    'X-Consul-Query-Backend',
    'blocking-query',
    // Whatever is kept is as new as the catalog.
    ...(cached ? ['X-Cache', known ? 'HIT' : 'MISS', 'Age', '0'] : []),
  ];
}
