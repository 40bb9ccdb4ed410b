import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** Why somebody may not see a page. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly text: string;
}

/** Names of this machine: a page of a web site whose name somebody has pointed here asks under that name. */
const OWN_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Who may see what says more than numbers. With a token, who sends it; without one, this machine, as long as no other reaches the port.
 *
 * @param token empty: there is none
 * @param address that the port is bound to
 * @returns undefined for who may
 */
export function refuse(
  { authorization, host }: IncomingHttpHeaders,
  token: string,
  address: string,
): Refusal | undefined {
  if (token !== '') {
    const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && isSame(given, token)
      ? undefined
      : { status: 401, text: 'this needs the token of [debug] token, as Authorization: Bearer TOKEN\n' };
  }
  const own = loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') && OWN_NAME.test(host ?? '');
  return own ? undefined : { status: 403, text: 'other machines reach this: set [debug] token, and send it\n' };
}

/** In a time that tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
