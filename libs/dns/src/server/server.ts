import type { Clock } from '#libs/time';
import type { Directory } from '../zone/directory.js';
import type { ZoneOptions } from '../zone/options.js';
import { Zone } from '../zone/zone.js';
import type { Log } from './log.js';
import { Responder } from './responder.js';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-limits.js';
import { TcpServer } from './tcp.js';
import { UdpServer } from './udp.js';

/** How often a port that is free for UDP may turn out to be taken for TCP before `start` gives up. */
const PORT_ATTEMPTS = 20;

export interface DnsServerOptions {
  /** An IP address. */
  readonly host: string;
  /** 0: one that is free for UDP and TCP. */
  readonly port: number;
  readonly zone: ZoneOptions;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  readonly tcpLimits?: Partial<TcpLimits>;
}

/**
 * An authoritative DNS server over UDP and TCP on one port.
 *
 * ```text
 * socket (udp.ts, tcp.ts) -> bytes -> responder.ts: parse the query -> zone/: the kind of answer -> zone/reply.ts: bytes -> socket
 * ```
 */
export class DnsServer {
  readonly #host: string;
  readonly #wantedPort: number;
  readonly #udp: UdpServer;
  readonly #tcp: TcpServer;
  #port = 0;

  constructor({ host, port, zone: zoneOptions, directory, clock, log, tcpLimits }: DnsServerOptions) {
    const zone = new Zone(zoneOptions, directory, clock);
    const responder = new Responder({ zone, zoneOptions, clock, log });
    this.#host = host;
    this.#wantedPort = port;
    this.#udp = new UdpServer(responder, log);
    this.#tcp = new TcpServer({ responder, limits: { ...DEFAULT_TCP_LIMITS, ...tcpLimits }, clock, log });
  }

  /** Where it listens, once it has started. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#host, port: this.#port };
  }

  /** @throws the socket's own error, such as EADDRINUSE, with nothing left open */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const port = await this.#udp.start(this.#host, this.#wantedPort);
      try {
        await this.#tcp.start(this.#host, port);
        this.#port = port;
        return;
      } catch (error) {
        await this.#udp.stop();
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (this.#wantedPort !== 0 || !taken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** Ends TCP clients when their questions are answered; UDP goes on until `stop`. */
  async drain(): Promise<void> {
    await this.#tcp.drain();
  }

  /** Closes everything at once. */
  async stop(): Promise<void> {
    await Promise.all([this.#udp.stop(), this.#tcp.stop()]);
  }
}
