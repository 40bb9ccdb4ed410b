import type { Clock } from '#libs/time';
import { addressOctets } from '../wire/address.js';
import { CLIENT_COOKIE, SERVER_COOKIE } from '../zone/cookie-option.js';
import { SipHash } from './siphash.js';

/** Octets of the secret. */
export const COOKIE_SECRET = 16;

/** Octets of a server cookie before its hash: version 1, three reserved ones, and the time (RFC 9018 section 4). */
const PREFIX = 8;

/** The version of the form that RFC 9018 defines. */
const VERSION = 1;

/**
 * Makes server cookies (RFC 9018): who comes back with one has been reached at the address that it asks from. This server asks nobody for
 * them; clients that know theirs drop forged replies without it.
 */
export class CookieJar {
  readonly #hash: SipHash;
  readonly #clock: Clock;
  /** What is hashed: the client's cookie, the prefix, the client's address. */
  readonly #input = Buffer.alloc(CLIENT_COOKIE + PREFIX + 16);

  /** @param secret 16 octets; servers behind one address share it */
  constructor(clock: Clock, secret: Buffer) {
    this.#hash = new SipHash(secret);
    this.#clock = clock;
  }

  /**
   * Writes the cookie for a client into a reply.
   *
   * @param from holds the client's cookie at `fromAt`
   * @param to takes 24 octets at `at`
   * @param address the client's IP address
   */
  write(from: Buffer, fromAt: number, to: Buffer, at: number, address: string): void {
    const input = this.#input;
    from.copy(input, 0, fromAt, fromAt + CLIENT_COOKIE);
    input.writeUInt32BE(VERSION << 24, CLIENT_COOKIE);
    input.writeUInt32BE(Math.floor(this.#clock.now() / 1000) >>> 0, CLIENT_COOKIE + 4);
    const octets = addressOctets(address.split('%', 1)[0]!)!;
    octets.copy(input, CLIENT_COOKIE + PREFIX);
    input.copy(to, at, 0, CLIENT_COOKIE + PREFIX);
    this.#hash.write(input, 0, CLIENT_COOKIE + PREFIX + octets.length, to, at + CLIENT_COOKIE + SERVER_COOKIE - 8);
  }
}
