import type { Clock } from '#libs/time';
import { FLAG, HEADER_LENGTH, RCODE } from '../wire/codes.js';
import { ParseError } from '../wire/parse-error.js';
import type { ZoneOptions } from '../zone/options.js';
import { parseQuery, type Transport } from '../zone/query.js';
import { buildBadVersion, buildError, buildNotImplemented, buildReply } from '../zone/reply.js';
import type { Zone } from '../zone/zone.js';
import type { AnswerCache, CachedReply } from './answer-cache.js';
import type { Log } from './log.js';
import { QueryKey } from './query-key.js';
import { copyRotated } from './rotation.js';

/** Milliseconds between two log lines about answers that failed, so that a flood of bad queries is no flood of lines. */
const FAILURE_LOG_INTERVAL = 1_000;

export interface ResponderOptions {
  readonly zone: Zone;
  readonly zoneOptions: ZoneOptions;
  readonly cache: AnswerCache;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * From the octets of a query to those of its reply: the whole way of a message that is not about sockets. Most queries end at the cache, where
 * only the reply itself is allocated; nothing here waits.
 */
export class Responder {
  readonly #zone: Zone;
  readonly #options: ZoneOptions;
  readonly #cache: AnswerCache;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Of the query at hand. */
  readonly #key = new QueryKey();
  #lastFailureLogged = -Infinity;

  constructor({ zone, zoneOptions, cache, clock, log }: ResponderOptions) {
    this.#zone = zone;
    this.#options = zoneOptions;
    this.#cache = cache;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Never throws.
   *
   * @returns undefined for what must not be answered: less than a header, and replies, lest two servers talk for ever
   */
  respond(query: Buffer, transport: Transport): Buffer | undefined {
    if (query.length < HEADER_LENGTH || query[2]! & 0x80) return undefined;
    if (query[2]! & 0x78) return buildNotImplemented(query);
    const plain = this.#key.read(query, transport);
    const cached = plain ? this.#cache.find(this.#key, query) : undefined;
    if (cached) return this.#copyFor(query, cached);
    try {
      return this.#answer(query, transport, plain);
    } catch (error) {
      if (error instanceof ParseError) return buildError(query, RCODE.FORMERR);
      this.#logFailure(error, query);
      return buildError(query, RCODE.SERVFAIL);
    }
  }

  /** A cached reply with the ID, the RD bit and the letters of this query, and another one of its answers first. */
  #copyFor(query: Buffer, cached: CachedReply): Buffer {
    const { nameEnd, questionEnd } = this.#key;
    const { slab, at, length } = cached;
    const reply = Buffer.allocUnsafe(length);
    if (cached.shuffled) copyRotated(slab, at, reply, questionEnd, cached.uses++);
    else slab.copy(reply, 0, at, at + length);
    reply[0] = query[0]!;
    reply[1] = query[1]!;
    reply[2] = (reply[2]! & ~(FLAG.RD >> 8)) | (query[2]! & (FLAG.RD >> 8));
    query.copy(reply, HEADER_LENGTH, HEADER_LENGTH, nameEnd);
    return reply;
  }

  #answer(bytes: Buffer, transport: Transport, cacheable: boolean): Buffer {
    const query = parseQuery(bytes, transport);
    const { opt } = query;
    if (opt && opt.version > 0) return buildBadVersion({ ...query, opt }, this.#options);
    const answer = this.#zone.answer(query);
    const reply = buildReply(query, answer, this.#options);
    if (cacheable) this.#cache.store(this.#key, bytes, answer, reply);
    return reply;
  }

  #logFailure(error: unknown, bytes: Buffer): void {
    const now = this.#clock.monotonic();
    if (now - this.#lastFailureLogged < FAILURE_LOG_INTERVAL) return;
    this.#lastFailureLogged = now;
    this.#log.error({ err: error, query: bytes.toString('hex', 0, 512) }, 'a DNS query could not be answered');
  }
}
