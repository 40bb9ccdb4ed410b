import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '#libs/observability';
import type { Drain } from './draining.js';
import type { RequestCounts } from './request-counts.js';

/** An answer that is finished. */
export interface ReadyAnswer {
  readonly status: number;
  /** Names and values in turns, with the length of the body. */
  readonly headers: readonly string[];
  /** Undefined: there is none, as with a 304. */
  readonly body: Buffer | undefined;
  /** What it is counted by: the route, as it was registered. */
  readonly route: string;
}

type Found = ReadyAnswer | undefined;

/** Finds the answer to a plain request, at once if it lies ready. Where it finds none, or fails, Fastify is asked. */
export type FindAnswer = (request: IncomingMessage) => Found | Promise<Found>;

export interface FrontOptions {
  readonly drain: Drain;
  readonly requests: RequestCounts;
  readonly log: Logger;
}

/**
 * Answers plain requests before Fastify sees them: to build its request and reply and to run its hooks costs more than an answer that lies
 * ready. Whatever is not plain goes to Fastify, whose answer must be the same to the octet. While requests are logged or the clients are to go
 * elsewhere none is plain, and where requests are traced there should be no front.
 *
 * @param fastify before it listens
 */
export function answerInFront(fastify: FastifyInstance, options: FrontOptions, find: FindAnswer): void {
  const { server } = fastify;
  const [askFastify] = server.listeners('request') as [RequestListener];
  server.removeListener('request', askFastify);
  server.on('request', (request, response) => {
    const began = performance.now();
    const found = isPlain(request, options) ? seek(request) : undefined;
    if (!found) return askFastify(request, response);
    if (!(found instanceof Promise)) return give(response, found, began);
    const giveLate = (late: Found) => {
      if (response.destroyed) return;
      // Those that were under way must hear it as well, that their client should go.
      if (late && !options.drain.draining) give(response, late, began);
      else askFastify(request, response);
    };
    found.then(giveLate, () => giveLate(undefined));
  });

  function seek(request: IncomingMessage): ReturnType<FindAnswer> {
    try {
      return find(request);
    } catch {
      return undefined;
    }
  }

  function give(response: ServerResponse, { status, headers, body, route }: ReadyAnswer, began: number): void {
    response.writeHead(status, headers as string[]);
    response.end(body);
    whenSent(response, () => options.requests.add('GET', route, status, (performance.now() - began) / 1_000));
  }
}

/** A body is Fastify's to pass over, and so is one that is only announced. */
function isPlain({ method, headers }: IncomingMessage, { drain, log }: FrontOptions): boolean {
  return (
    method === 'GET' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    !drain.draining &&
    !log.isLevelEnabled('debug')
  );
}

/** Most answers are with the kernel at once; only what a slow client holds up is listened for. */
function whenSent(response: ServerResponse, count: () => void): void {
  if (response.writableLength === 0) count();
  else response.once('finish', count);
}
