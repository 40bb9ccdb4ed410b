import type { networkInterfaces } from 'node:os';
import type { Clock, Timer } from '#libs/time';
import { UdpSocket, type UdpParts } from './udp-socket.js';

/** Milliseconds between two looks at the machine's addresses, when all of them are to be served. */
const ADDRESS_SCAN_INTERVAL = 5_000;

/** Hosts that stand for all addresses of the machine; the IPv6 one for those of IPv4 too. */
const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';

/**
 * Answers datagrams at one address, or at each of the machine's: a socket bound to all of them at once would let the kernel choose the address
 * that a reply comes from, and a client drops what does not come from where it asked (RFC 2181 section 4).
 */
export class UdpServer {
  readonly #parts: UdpParts;
  readonly #clock: Clock;
  readonly #interfaces: typeof networkInterfaces;
  readonly #sockets = new Map<string, UdpSocket>();
  #scan: Timer | undefined;
  #following: Promise<void> | undefined;
  #host = '';
  #port = 0;

  /** @param interfaces tells the machine's addresses */
  constructor(parts: UdpParts, clock: Clock, interfaces: typeof networkInterfaces) {
    this.#parts = parts;
    this.#clock = clock;
    this.#interfaces = interfaces;
  }

  /**
   * @param host an IP address; `0.0.0.0` or `::` for all
   * @param port 0 takes a free one, the same at each address
   * @returns the port that was bound
   * @throws the error of a socket, such as EADDRINUSE, with none left open
   */
  async start(host: string, port: number): Promise<number> {
    this.#host = host;
    this.#port = port;
    try {
      for (const address of addressesOf(host, this.#interfaces())) await this.#open(address);
    } catch (error) {
      await this.stop();
      throw error;
    }
    if (isAny(host)) this.#scan = this.#clock.every(ADDRESS_SCAN_INTERVAL, () => this.#follow());
    return this.#port;
  }

  async stop(): Promise<void> {
    this.#scan?.cancel();
    await this.#following;
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => socket.stop()));
  }

  async #open(address: string): Promise<void> {
    const socket = new UdpSocket(this.#parts, address);
    this.#port = await socket.start(address, this.#port);
    this.#sockets.set(address, socket);
  }

  #follow(): void {
    this.#following ??= this.#followAddresses().finally(() => (this.#following = undefined));
  }

  /** Opens sockets at addresses that came to the machine and closes those at addresses that went. */
  async #followAddresses(): Promise<void> {
    const present = addressesOf(this.#host, this.#interfaces());
    for (const [address, socket] of this.#sockets) {
      if (present.includes(address)) continue;
      this.#sockets.delete(address);
      await socket.stop();
    }
    for (const address of present) {
      if (this.#sockets.has(address)) continue;
      // An address that is not ready yet is tried again at the next look.
      await this.#open(address).catch((error: unknown) =>
        this.#parts.log.warn({ err: error, address }, 'no DNS at a new address yet'),
      );
    }
  }
}

function isAny(host: string): boolean {
  return host === ANY_IPV4 || host === ANY_IPV6;
}

/** The addresses to serve for `host`: itself, or those of the machine; IPv6 ones of one link with the name of its interface. */
function addressesOf(host: string, interfaces: ReturnType<typeof networkInterfaces>): string[] {
  if (!isAny(host)) return [host];
  const addresses = new Set<string>();
  for (const [name, entries] of Object.entries(interfaces)) {
    for (const { address, family, scopeid } of entries ?? []) {
      if (family === 'IPv4') addresses.add(address);
      else if (host === ANY_IPV6) addresses.add(scopeid ? `${address}%${name}` : address);
    }
  }
  return [...addresses];
}
