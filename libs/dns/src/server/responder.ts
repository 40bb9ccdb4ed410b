import type { Clock } from '#libs/time';
import { HEADER_LENGTH, RCODE } from '../wire/codes.js';
import { ParseError } from '../wire/parse-error.js';
import type { ZoneOptions } from '../zone/options.js';
import { parseQuery, type Query, type Transport } from '../zone/query.js';
import { buildBadVersion, buildError, buildNotImplemented, buildReply } from '../zone/reply.js';
import type { Zone } from '../zone/zone.js';
import type { Log } from './log.js';

/** Milliseconds between two log lines about answers that failed, so that a flood of bad queries is no flood of lines. */
const FAILURE_LOG_INTERVAL = 1_000;

export interface ResponderOptions {
  readonly zone: Zone;
  readonly zoneOptions: ZoneOptions;
  readonly clock: Clock;
  readonly log: Log;
}

/** From the bytes of a query to those of its reply: the whole way of a message that is not about sockets. */
export class Responder {
  readonly #zone: Zone;
  readonly #options: ZoneOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  #lastFailureLogged = -Infinity;

  constructor({ zone, zoneOptions, clock, log }: ResponderOptions) {
    this.#zone = zone;
    this.#options = zoneOptions;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Never throws.
   *
   * @returns undefined for what must not be answered: less than a header, and replies, lest two servers talk for ever
   */
  respond(bytes: Buffer, transport: Transport): Buffer | undefined {
    if (bytes.length < HEADER_LENGTH || bytes[2]! & 0x80) return undefined;
    if (bytes[2]! & 0x78) return buildNotImplemented(bytes);
    try {
      return this.#answer(parseQuery(bytes, transport));
    } catch (error) {
      if (error instanceof ParseError) return buildError(bytes, RCODE.FORMERR);
      this.#logFailure(error, bytes);
      return buildError(bytes, RCODE.SERVFAIL);
    }
  }

  #answer(query: Query): Buffer {
    const { opt } = query;
    if (opt && opt.version > 0) return buildBadVersion({ ...query, opt }, this.#options);
    return buildReply(query, this.#zone.answer(query), this.#options);
  }

  #logFailure(error: unknown, bytes: Buffer): void {
    const now = this.#clock.monotonic();
    if (now - this.#lastFailureLogged < FAILURE_LOG_INTERVAL) return;
    this.#lastFailureLogged = now;
    this.#log.error({ err: error, query: bytes.toString('hex', 0, 512) }, 'a DNS query could not be answered');
  }
}
