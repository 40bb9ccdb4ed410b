import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { ownSockets, type Sockets } from '#libs/sockets';
import type { Clock } from '#libs/time';
import type { Directory } from '../zone/directory.js';
import { AnswerCache } from './answer-cache.js';
import { COOKIE_SECRET } from './cookie-jar.js';
import { Counters, type DnsCounters } from './counters.js';
import type { Log } from './log.js';
import type { Observer } from './observer.js';
import { queryLog } from './query-log.js';
import { Responder } from './responder.js';
import { replySource, type DnsSettings, type ReplySourceParts } from './settings.js';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-limits.js';
import { TcpServer } from './tcp.js';
import { UdpServer } from './udp.js';

const DEFAULT_CACHE_BYTES = 16 * 1024 * 1024;

/** How often a port that is free for UDP may turn out to be taken for TCP before `start` gives up. */
const PORT_ATTEMPTS = 20;

export interface DnsServerOptions {
  /** An IP address; `0.0.0.0` or `::` for all of the machine's. */
  readonly host: string;
  /** 0: one that is free for UDP and TCP. */
  readonly port: number;
  readonly settings: DnsSettings;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  /** Sockets of its own by default. */
  readonly sockets?: Sockets;
  readonly tcpLimits?: Partial<TcpLimits>;
  /** The most octets of finished replies that are kept for the next client; 16 MiB by default. */
  readonly cacheBytes?: number;
  /** Tells the machine's addresses, for a host that stands for all of them; `os.networkInterfaces` by default. */
  readonly interfaces?: typeof networkInterfaces;
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
  #settings: DnsSettings;
  #parts: ReplySourceParts;
  readonly #log: Log;
  readonly #cache: AnswerCache;
  readonly #counters = new Counters();
  readonly #observer: Observer = {};
  readonly #responder: Responder;
  readonly #udp: UdpServer;
  readonly #tcp: TcpServer;
  readonly #unsubscribe: () => void;
  #port = 0;

  /** @throws RangeError when a network in the settings is none */
  constructor(options: DnsServerOptions) {
    const { host, port, settings, directory, clock, log, tcpLimits, cacheBytes, sockets = ownSockets } = options;
    const limits = { ...DEFAULT_TCP_LIMITS, ...tcpLimits };
    this.#host = host;
    this.#wantedPort = port;
    this.#settings = settings;
    this.#log = log;
    this.#parts = { directory, clock, idleTimeout: limits.idleTimeout, ownSecret: randomBytes(COOKIE_SECRET) };
    this.#cache = new AnswerCache(cacheBytes ?? DEFAULT_CACHE_BYTES);
    const source = replySource(settings, this.#parts);
    this.#responder = new Responder({ source, cache: this.#cache, counters: this.#counters, clock, log });
    this.#unsubscribe = directory.subscribe((change) => this.#cache.drop(change));
    const shared = { responder: this.#responder, observer: this.#observer, log, sockets };
    const { udp, tcp } = this.#counters.channels;
    this.#udp = new UdpServer({ ...shared, channels: udp }, clock, options.interfaces ?? networkInterfaces);
    this.#tcp = new TcpServer({ ...shared, channels: tcp, limits, clock });
    this.#observe(settings);
  }

  /** Where it listens, once it has started. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#host, port: this.#port };
  }

  get counters(): DnsCounters {
    return this.#counters.read(this.#cache.counters, this.#tcp.counters);
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

  /**
   * Answers by other settings from the next query on; the sockets stay.
   *
   * @throws RangeError when a network in the settings is none; then nothing has changed
   */
  reconfigure(settings: DnsSettings): void {
    this.#settings = settings;
    this.#responder.use(replySource(settings, this.#parts));
    this.#observe(settings);
  }

  /**
   * Leaves everything to other processes, which have the same sockets: UDP at once, and TCP clients are told to close when they ask for
   * edns-tcp-keepalive (RFC 7828 section 3.4), or go after the idle time. Resolves when all are gone.
   */
  async handOver(): Promise<void> {
    // Kept: settings that change after this must not tell clients that they may stay.
    this.#parts = { ...this.#parts, idleTimeout: 0 };
    this.#responder.use(replySource(this.#settings, this.#parts));
    await Promise.all([this.#udp.stop(), this.#tcp.handOver()]);
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

  #observe({ queryLog: share }: DnsSettings): void {
    this.#observer.see = share > 0 ? queryLog(this.#log, share) : undefined;
  }
}
