import { OPTION } from '../wire/codes.js';
import type { Option, Opt } from '../wire/opt.js';
import { ParseError } from '../wire/parse-error.js';
import type { ExtendedError } from './answer.js';
import { cookieOf, cookieRoom } from './cookie-option.js';
import type { Query } from './query.js';

/** The largest datagram that is sent or promised to be taken: it is not fragmented on the way (DNS flag day 2020). */
export const MAX_UDP_SIZE = 1232;

/** The most octets of a datagram for a client without EDNS (RFC 1035 section 2.3.4). */
export const PLAIN_UDP_SIZE = 512;

/** The most octets of a datagram for a client that says it takes `size` (RFC 6891 section 6.2.3). */
export function udpLimit(size: number): number {
  return Math.min(Math.max(size, PLAIN_UDP_SIZE), MAX_UDP_SIZE);
}

/** Octets of the address by family (RFC 7871 section 6, IANA address family numbers). */
const ADDRESS_LENGTH: Readonly<Record<number, number>> = { 0: 0, 1: 4, 2: 16 };

/** What the reply's OPT record holds besides options. */
export function replyOpt(query: Opt, extendedRcode: number, options: readonly Option[]): Opt {
  return { udpSize: MAX_UDP_SIZE, extendedRcode, version: 0, dnssecOk: query.dnssecOk, options };
}

/** What a server says of itself in options. */
export interface OptionSettings {
  /** What NSID tells (RFC 5001); empty: nothing. */
  readonly serverId: string;
  /** Whether there is a cookie for a client's (RFC 7873). */
  readonly cookies: boolean;
  /** Milliseconds that an idle TCP connection is kept (RFC 7828). */
  readonly idleTimeout: number;
}

/** Milliseconds in which RFC 7828 counts. */
const KEEPALIVE_UNIT = 100;

/**
 * The options of a reply: the client's subnet, the server's identity and the time-out of TCP connections if asked for, an extended error, and last
 * the room for a cookie. Each comes once, however often the query has it: so the OPT record has a bounded size and fits the smallest datagram.
 *
 * @throws ParseError when the client's subnet or cookie is malformed
 */
export function replyOptions(
  { opt, transport }: Pick<Query, 'transport'> & { readonly opt: Opt },
  { serverId, cookies, idleTimeout }: OptionSettings,
  error: ExtendedError | undefined,
): Option[] {
  const options: Option[] = [];
  const asked = (code: number) => opt.options.find((option) => option.code === code);
  const subnet = asked(OPTION.CLIENT_SUBNET);
  if (subnet) options.push(echoSubnet(subnet));
  if (serverId !== '' && asked(OPTION.NSID)) options.push({ code: OPTION.NSID, data: Buffer.from(serverId) });
  if (transport === 'tcp' && asked(OPTION.TCP_KEEPALIVE)) options.push(keepalive(idleTimeout));
  if (error) options.push(extendedError(error));
  if (cookies && cookieOf(opt)) options.push(cookieRoom());
  return options;
}

/** The client's subnet as it came, with scope 0: the answer is the same for all networks (RFC 7871 section 7.2.1). */
function echoSubnet({ code, data }: Option): Option {
  if (data.length < 4) throw new ParseError('client subnet cut off', 0);
  const prefix = data[2]!;
  const whole = ADDRESS_LENGTH[data.readUInt16BE(0)];
  const address = data.subarray(4);
  if (whole === undefined || prefix > whole * 8 || address.length !== Math.ceil(prefix / 8)) {
    throw new ParseError('client subnet of the wrong length', 0);
  }
  const hostBits = (8 - (prefix % 8)) % 8;
  if (hostBits > 0 && (address.at(-1)! & ((1 << hostBits) - 1)) !== 0)
    throw new ParseError('client subnet with host bits', 0);
  const echo = Buffer.from(data);
  echo[3] = 0;
  return { code, data: echo };
}

function keepalive(idleTimeout: number): Option {
  const data = Buffer.alloc(2);
  data.writeUInt16BE(Math.min(Math.floor(idleTimeout / KEEPALIVE_UNIT), 0xffff));
  return { code: OPTION.TCP_KEEPALIVE, data };
}

function extendedError({ code, text }: ExtendedError): Option {
  const data = Buffer.alloc(2 + Buffer.byteLength(text));
  data.writeUInt16BE(code, 0);
  data.write(text, 2);
  return { code: OPTION.EXTENDED_ERROR, data };
}
