import type { Clock } from '#libs/time';
import type { Directory } from '../zone/directory.js';
import type { ZoneOptions } from '../zone/options.js';
import { Zone } from '../zone/zone.js';
import { AllowList } from './allow-list.js';
import { CookieJar } from './cookie-jar.js';
import type { ReplySource } from './responder.js';

/** What may change while a server runs. */
export interface DnsSettings {
  readonly zone: ZoneOptions;
  /** Networks whose clients are answered, such as `10.0.0.0/8`; empty: everybody. Others are refused. */
  readonly allowFrom: readonly string[];
  /** Whether clients that send a cookie get one back (RFC 7873). */
  readonly cookies: boolean;
  /** 16 octets that servers behind one address share; absent: made up at the start. */
  readonly cookieSecret?: Buffer;
  /** The share of queries that are logged: 0 none, 1 all. */
  readonly queryLog: number;
}

export interface ReplySourceParts {
  readonly directory: Directory;
  readonly clock: Clock;
  /** Milliseconds that an idle TCP connection is kept (RFC 7828). */
  readonly idleTimeout: number;
  /** The secret without a configured one. */
  readonly ownSecret: Buffer;
}

/** @throws RangeError when a network of `allowFrom` is none */
export function replySource(settings: DnsSettings, parts: ReplySourceParts): ReplySource {
  const { zone, allowFrom, cookies, cookieSecret } = settings;
  const { directory, clock, idleTimeout, ownSecret } = parts;
  return {
    zone: new Zone(zone, directory, clock),
    replies: { ...zone, cookies, idleTimeout },
    domainOctets: Math.max(zone.domain.octets, zone.altDomain?.octets ?? 0),
    allowed: allowFrom.length > 0 ? new AllowList(allowFrom) : undefined,
    cookies: cookies ? new CookieJar(clock, cookieSecret ?? ownSecret) : undefined,
  };
}
