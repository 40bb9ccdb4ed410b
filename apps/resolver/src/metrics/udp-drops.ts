import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';
import type { Reading } from '#libs/observability';
import { canonicalAddress } from '#libs/registry';

/** Where a server listens: at one address or, by `0.0.0.0` or `::`, at all of the machine's. */
export interface Bound {
  readonly host: string;
  readonly port: number;
}

/**
 * How many datagrams the kernel has thrown away because a socket of the server had no room for them: queries of which the program never
 * hears. No reading where the kernel does not tell.
 */
export async function udpDrops(bound: Bound): Promise<Reading<number>[]> {
  try {
    const tables = await Promise.all(tablesOf(bound.host).map((file) => readFile(file, 'utf8')));
    return [[{}, tables.reduce((drops, table) => drops + dropsIn(table, bound), 0)]];
  } catch {
    return [];
  }
}

/**
 * Adds up the drops of the sockets at one port and address.
 *
 * @param table as in proc_net_udp(5): `sl local_address rem_address ... drops`, a socket a line
 */
export function dropsIn(table: string, { host, port }: Bound): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const wanted = isAny(host) ? undefined : canonicalAddress(host.replace(/%.*/, ''));
  let drops = 0;
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const local = fields[1];
    if (!local?.endsWith(suffix)) continue;
    if (wanted === undefined || addressOf(local.slice(0, -suffix.length)) === wanted) drops += Number(fields.at(-1));
  }
  return drops;
}

/** A server at `::` has sockets of both families. */
function tablesOf(host: string): string[] {
  const families = isIPv4(host) ? [''] : isAny(host) ? ['', '6'] : ['6'];
  return families.map((family) => `/proc/net/udp${family}`);
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The address that the kernel wrote as hexadecimal numbers of 32 bits in the byte order of the machine. */
function addressOf(hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  return canonicalAddress(bytes.toString('hex').match(/.{4}/g)!.join(':'));
}
