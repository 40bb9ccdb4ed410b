import type { Clock } from '#libs/time';
import { FLAG, HEADER_LENGTH, RCODE, TYPE } from '../wire/codes.js';
import { ParseError } from '../wire/parse-error.js';
import { EXTENDED_ERROR, type Answer } from '../zone/answer.js';
import { COOKIE, cookieOf } from '../zone/cookie-option.js';
import { parseQuery, type CookieQuery, type Query } from '../zone/query.js';
import {
  buildBadVersion,
  buildCookieReply,
  buildError,
  buildNotImplemented,
  buildReply,
  type ReplyOptions,
} from '../zone/reply.js';
import type { Zone } from '../zone/zone.js';
import type { AllowList } from './allow-list.js';
import type { AnswerCache } from './answer-cache.js';
import type { CookieJar } from './cookie-jar.js';
import type { Channel, Counters } from './counters.js';
import type { Log } from './log.js';
import { QueryKey } from './query-key.js';

/** Milliseconds between two log lines about answers that failed, so that a flood of bad queries is no flood of lines. */
const FAILURE_LOG_INTERVAL = 1_000;

/** One query of so many is timed, less one: looking at the clock twice for each would cost as much as finding its reply. */
const TIMED = 16 - 1;

/** No entry of the cache. */
const NONE = 0;

/** Where the third octet of a message has its opcode. */
const OPCODE_BITS = 0x78;

const EMPTY = Buffer.alloc(0);

const PROHIBITED: Answer = {
  kind: 'refused',
  error: { code: EXTENDED_ERROR.PROHIBITED, text: 'not from this network' },
  sources: [],
};

/** What replies are made from. */
export interface ReplySource {
  readonly zone: Zone;
  readonly replies: ReplyOptions;
  /** Octets of the longest name of the zone. */
  readonly domainOctets: number;
  /** Who is answered; undefined: everybody. */
  readonly allowed: AllowList | undefined;
  /** Absent when no cookies are made. */
  readonly cookies: CookieJar | undefined;
}

export interface ResponderOptions {
  readonly source: ReplySource;
  readonly cache: AnswerCache;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * From the octets of a query to those of its reply: the whole way of a message that is not about sockets, in two steps. `prepare` finds or
 * makes the reply and tells its length; `write` puts it where the caller made room. Most queries end at the cache, and nothing is allocated for
 * them; nothing here waits.
 */
export class Responder {
  #source: ReplySource;
  readonly #cache: AnswerCache;
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #log: Log;
  #lastFailureLogged = -Infinity;
  #count = 0;

  // Of the query at hand, from `prepare` to `write`:
  readonly #key = new QueryKey();
  #query: Buffer = EMPTY;
  #client = '';
  /** The reply: an entry of the cache, or the octets that were built. */
  #entry = NONE;
  #built: Buffer = EMPTY;
  #length = 0;
  /** Whether the reply's code is BADVERS, whose lower bits are those of NOERROR. */
  #badVersion = false;
  /** Where the client's cookie stands; -1: the reply has none. */
  #cookie: Buffer = EMPTY;
  #cookieAt = -1;

  constructor({ source, cache, counters, clock, log }: ResponderOptions) {
    this.#source = source;
    this.#cache = cache;
    this.#counters = counters;
    this.#clock = clock;
    this.#log = log;
  }

  /** Answers from something else, from the next query on. */
  use(source: ReplySource): void {
    this.#source = source;
    this.#cache.clear();
  }

  /**
   * Finds the reply to a query. Never throws.
   *
   * @param bytes hold the query from `start` to `end`, until the reply is written
   * @param client the IP address that it came from
   * @returns octets of the reply; 0 for what must not be answered: less than a header, and replies, lest two servers talk for ever
   */
  prepare(bytes: Buffer, start: number, end: number, channel: Channel, client: string): number {
    if ((this.#count++ & TIMED) !== 0) return this.#prepare(bytes, start, end, channel, client);
    const began = this.#clock.monotonic();
    const length = this.#prepare(bytes, start, end, channel, client);
    this.#counters.durations.add((this.#clock.monotonic() - began) / 1_000);
    return length;
  }

  /** Writes the prepared reply to `out` at `at`, and counts it. */
  write(out: Buffer, at: number, channel: Channel): void {
    if (this.#entry === NONE) this.#built.copy(out, at);
    else this.#writeCached(out, at);
    const { start, end, type, dnssecOk } = this.#key;
    const length = this.#length;
    if (this.#cookieAt >= 0) {
      this.#source.cookies!.write(this.#cookie, this.#cookieAt, out, at + length - COOKIE, this.#client);
    }
    if (this.#source.zone.stale) this.#counters.stale++;
    const rcode = this.#badVersion ? RCODE.BADVERS : out[at + 3]! & 15;
    channel.answer(type, dnssecOk, end - start, length, rcode, (out[at + 2]! & (FLAG.TC >> 8)) !== 0);
  }

  #prepare(bytes: Buffer, start: number, end: number, channel: Channel, client: string): number {
    if (end - start < HEADER_LENGTH || bytes[start + 2]! & 0x80) {
      channel.drop(end - start);
      return 0;
    }
    this.#query = bytes;
    this.#client = client;
    this.#badVersion = false;
    this.#cookieAt = -1;
    const key = this.#key;
    const readable = key.read(bytes, start, end, channel.transport);
    const plain =
      readable && (bytes[start + 2]! & OPCODE_BITS) === 0 && this.#isAllowed(client) && !this.#isSpelt(bytes);
    this.#entry = plain ? this.#cache.find(key, bytes) : NONE;
    if (this.#entry === NONE) return this.#make(bytes.subarray(start, end), channel, plain);
    this.#counters.hits++;
    if (key.cookie > 0) this.#useCookie(bytes, key.cookie);
    return (this.#length = this.#cache.lengthOf(this.#entry));
  }

  /** A cached reply with the ID, the RD bit and the question of this query. */
  #writeCached(out: Buffer, at: number): void {
    const { start, questionEnd } = this.#key;
    const query = this.#query;
    this.#cache.copy(this.#entry, questionEnd - start, out, at);
    out[at] = query[start]!;
    out[at + 1] = query[start + 1]!;
    out[at + 2] = (out[at + 2]! & ~(FLAG.RD >> 8)) | (query[start + 2]! & (FLAG.RD >> 8));
    for (let from = start + HEADER_LENGTH; from < questionEnd; from++) out[at - start + from] = query[from]!;
  }

  /** Builds a reply that the cache does not have. @returns its length */
  #make(bytes: Buffer, channel: Channel, cacheable: boolean): number {
    this.#built = this.#build(bytes, channel, cacheable);
    return (this.#length = this.#built.length);
  }

  #build(bytes: Buffer, channel: Channel, cacheable: boolean): Buffer {
    if (bytes[2]! & OPCODE_BITS) return buildNotImplemented(bytes);
    this.#counters.misses++;
    try {
      return this.#answer(parseQuery(bytes, channel.transport), cacheable);
    } catch (error) {
      this.#cookieAt = -1;
      if (error instanceof ParseError) return buildError(bytes, RCODE.FORMERR);
      this.#onFailure(error, bytes);
      return buildError(bytes, RCODE.SERVFAIL);
    }
  }

  #answer(query: Query | CookieQuery, cacheable: boolean): Buffer {
    const { zone, replies, cookies } = this.#source;
    const { opt } = query;
    if (opt && opt.version > 0) {
      this.#badVersion = true;
      return buildBadVersion({ ...query, opt }, replies);
    }
    const cookie = opt && cookies && cookieOf(opt);
    if (cookie) this.#useCookie(cookie, 0);
    if (!query.question) {
      if (!cookie) throw new ParseError('neither question nor cookie', 4);
      return buildCookieReply(query, replies);
    }
    const answer = this.#isAllowed(this.#client) ? zone.answer(query) : PROHIBITED;
    const reply = buildReply(query, answer, replies);
    if (cacheable) this.#cache.store(this.#key, this.#query, answer, reply);
    return reply;
  }

  /** Has the reply end in a cookie for the client's that stands in `bytes` at `at`. */
  #useCookie(bytes: Buffer, at: number): void {
    if (!this.#source.cookies) return;
    this.#cookie = bytes;
    this.#cookieAt = at;
  }

  /** Whether the reply spells the zone's name otherwise than for others: SRV targets have the letters of the question, and are not compressed. */
  #isSpelt(bytes: Buffer): boolean {
    return this.#key.type === TYPE.SRV && this.#key.endsInCapitals(bytes, this.#source.domainOctets);
  }

  #isAllowed(client: string): boolean {
    const { allowed } = this.#source;
    return allowed === undefined || allowed.has(client);
  }

  #onFailure(error: unknown, bytes: Buffer): void {
    this.#counters.failures++;
    const now = this.#clock.monotonic();
    if (now - this.#lastFailureLogged < FAILURE_LOG_INTERVAL) return;
    this.#lastFailureLogged = now;
    this.#log.error({ err: error, query: bytes.toString('hex', 0, 512) }, 'a DNS query could not be answered');
  }
}
