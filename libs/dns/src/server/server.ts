import type { Clock } from '#libs/time';
import type { Directory } from '../zone/directory.js';
import type { ZoneOptions } from '../zone/options.js';
import { Zone } from '../zone/zone.js';
import { AnswerCache } from './answer-cache.js';
import type { Log } from './log.js';
import { Responder } from './responder.js';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-limits.js';
import { TcpServer } from './tcp.js';
import { UdpServer } from './udp.js';

const DEFAULT_CACHE_BYTES = 16 * 1024 * 1024;

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
  /** The most octets of finished replies that are kept for the next client; 16 MiB by default. */
  readonly cacheBytes?: number;
}

/**
 * An authoritative DNS server over UDP and TCP on one port.
 *
 * ```text
 * socket (udp.ts, tcp.ts) -> query -> responder.ts: a finished reply from answer-cache.ts, patched -----------------> reply -> socket
 *                                     or: parse it -> zone/zone.ts: the kind of answer -> zone/reply.ts: its octets -'
 * ```
 */
export class DnsServer {
  readonly #host: string;
  readonly #wantedPort: number;
  readonly #udp: UdpServer;
  readonly #tcp: TcpServer;
  readonly #unsubscribe: () => void;
  #port = 0;

  constructor({ host, port, zone: zoneOptions, directory, clock, log, tcpLimits, cacheBytes }: DnsServerOptions) {
    const zone = new Zone(zoneOptions, directory, clock);
    const cache = new AnswerCache(cacheBytes ?? DEFAULT_CACHE_BYTES);
    const responder = new Responder({ zone, zoneOptions, cache, clock, log });
    this.#unsubscribe = directory.subscribe((change) => cache.drop(change));
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
    this.#unsubscribe();
    await Promise.all([this.#udp.stop(), this.#tcp.stop()]);
  }
}
